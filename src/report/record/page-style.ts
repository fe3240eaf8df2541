// The style of pages that stand alone: colour means severity and nothing else.

export const pageStyle = `
:root{--ink:#1b2430;--faint:#5b6675;--line:#d5dbe3;--paper:#fff;--soft:#f3f5f8;--bar:#47607d;--high:#b3261e;--medium:#8a5a00;--low:#33566f}
@media (prefers-color-scheme:dark){:root{--ink:#e4e9f0;--faint:#9aa6b5;--line:#323b47;--paper:#12171e;--soft:#1b222c;--bar:#8fb0d3;--high:#ff8a80;--medium:#e6b34a;--low:#8fb8d6}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
main{max-width:76rem;margin:0 auto;padding:1.5rem}
h1{font-size:1.45rem;line-height:1.3;margin:0 0 1rem;overflow-wrap:anywhere}
h2{font-size:1.05rem;margin:2rem 0 .5rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem;margin:0}
dt,footer,small,time{color:var(--faint)}
dd{margin:0;overflow-wrap:anywhere}
code{font:13px/1.4 ui-monospace,monospace;overflow-wrap:anywhere}
time{font-variant-numeric:tabular-nums;white-space:nowrap}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.2rem .75rem .2rem 0;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
th{font-weight:600;color:var(--faint);font-size:.85rem}
.axis{margin-top:1.5rem}
.lane{display:grid;grid-template-columns:8rem 1fr;align-items:center}
.lane span{font-size:.85rem;color:var(--faint)}
.lane div{position:relative;height:1rem;background:var(--soft);margin:1px 0}
.lane i{position:absolute;top:0;bottom:0;width:2px;background:var(--bar)}
.lane.of-detection i{background:var(--high);width:4px}
.scale{display:flex;justify-content:space-between;margin-left:8rem;font-size:.8rem;color:var(--faint)}
.process{display:grid;grid-template-columns:5.5rem 9rem 1fr;gap:.75rem;align-items:baseline;padding:.1rem .25rem}
.bar{position:relative;height:.5rem;background:var(--soft);display:block}
.bar i{position:absolute;top:0;bottom:0;background:var(--bar)}
em{font-style:normal;font-weight:600;color:var(--high)}
.detection{border-left:4px solid var(--low);padding:.25rem .75rem;margin:.5rem 0;background:var(--soft)}
.detection.high{border-color:var(--high)}.detection.medium{border-color:var(--medium)}
.detection summary{cursor:pointer}.detection p{margin:.25rem 0;overflow-wrap:anywhere}
#losses{border:1px solid var(--line);padding:0 1rem .5rem;margin-top:1.5rem}
footer{margin-top:2.5rem;font-size:.85rem}
@media (max-width:40rem){.process{grid-template-columns:4.5rem 1fr}.bar{display:none}.lane{grid-template-columns:6rem 1fr}.scale{margin-left:6rem}}
@media print{:root{--ink:#000;--faint:#444;--paper:#fff;--soft:#eee}main{max-width:none;padding:0}.detection,.process,tr{break-inside:avoid}}
`;
