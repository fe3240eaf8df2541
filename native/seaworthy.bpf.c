// The sensor's programs. Tracepoints only, and reads through helpers only: they load where kprobes,
// fentry and LSM hooks are closed, and cannot change or delay what they watch.
#include "kernel.h"
#include "record.h"
#include "maps.h"
#include "task.h"
#include "slot.h"
#include "socket.h"
#include "lifecycle.h"
#include "datagram.h"
#include "call.h"
#include "rare.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";
