// Compiles and evaluates expressions of CEL with the libraries of Kubernetes.
import { registerComprehensions } from './comprehensions.ts';
import { registerFormats } from './formats.ts';
import { instrument, pathsRead, prepare } from './instrument.ts';
import { type CelProblem, Environment, type Parsed, problemOf } from './library.ts';
import { registerLists } from './lists.ts';
import { expressionCost, type Meter, metered, meterOf } from './meter.ts';
import { registerNetwork } from './network.ts';
import { registerQuantity } from './quantity.ts';
import { registerSemver } from './semver.ts';
import { registerStrings } from './strings.ts';
import { isEqual } from './value.ts';

/** Longest expression; those of published policies have some 2,000 characters. */
const expressionCharacters = 16 * 1024;

const parserLimits = {
  maxAstNodes: 10_000,
  maxDepth: 100,
  maxListElements: 1000,
  maxMapEntries: 1000,
  maxCallArguments: 16,
};

export interface Expression {
  readonly source: string;
  /** Paths that it reads, from their variable, longest first. */
  readonly paths: readonly (readonly string[])[];
  /** Evaluates; `meter` pays for this and for all else that is evaluated with it. */
  evaluate(variables: ReadonlyMap<string, unknown>, meter: Meter): Evaluated;
}

export type Evaluated =
  | { readonly ok: true; readonly value: unknown }
  | ({ readonly ok: false } & CelProblem);

export type Compiled =
  | { readonly ok: true; readonly expression: Expression; readonly type: string }
  | ({ readonly ok: false } & CelProblem);

/** Compiles expressions that know the same variables. */
export type Compiler = (source: string) => Compiled;

/** Types of ours that `==` compares by their own notion. */
const comparable = [
  'kubernetes.Quantity',
  'kubernetes.Semver',
  'kubernetes.URL',
  'net.IP',
  'net.CIDR',
];

let libraries: Environment | null = null;

/** All libraries; made once, for the first expression. */
function withLibraries(): Environment {
  if (libraries !== null) return libraries;
  const environment = new Environment({
    enableOptionalTypes: true,
    homogeneousAggregateLiterals: false,
    unlistedVariablesAreDyn: false,
    limits: parserLimits,
  });
  registerStrings(environmentWithNames(environment));
  registerLists(environment);
  registerQuantity(environment);
  registerNetwork(environment);
  registerSemver(environment);
  registerComprehensions(environment);
  for (const type of comparable) {
    environment.registerOperator(`${type} == ${type}`, (a: unknown, b: unknown) => isEqual(a, b));
  }
  libraries = environment;
  return environment;
}

/** Names first: functions stand behind them. */
function environmentWithNames(environment: Environment): Environment {
  registerFormats(environment);
  return environment;
}

/**
 * A compiler for expressions with these variables, all of type `dyn` unless they name a class.
 * @param variables name, and the class of its value where members are computed when they are asked for
 */
export function compilerFor(variables: ReadonlyMap<string, (new () => object) | null>): Compiler {
  const environment = withLibraries().clone();
  for (const [name, type] of variables) {
    if (type === null) environment.registerVariable(name, 'dyn');
    else {
      const typeName = `seaworthy.${type.name}`;
      environment.registerType(typeName, type);
      environment.registerVariable(name, typeName);
    }
  }
  return (source) => compile(environment, source);
}

function compile(environment: Environment, source: string): Compiled {
  if (source.length > expressionCharacters) {
    const reason = `the expression has more than ${expressionCharacters} characters`;
    return { ok: false, reason, offset: null };
  }
  try {
    const parsed = environment.parse(source) as unknown as Parsed;
    prepare(parsed.ast);
    const checked = parsed.check();
    if (!checked.valid) return { ok: false, ...problemOf(checked.error) };
    instrument(parsed.ast);
    const paths = pathsRead(parsed.ast);
    return {
      ok: true,
      type: checked.type ?? 'dyn',
      expression: expressionOf(source, parsed, paths),
    };
  } catch (error) {
    return { ok: false, ...problemOf(error) };
  }
}

function expressionOf(source: string, parsed: Parsed, paths: Expression['paths']): Expression {
  return {
    source,
    paths,
    evaluate(variables, meter) {
      const own = meterOf(Math.min(expressionCost, meter.left));
      const before = own.left;
      try {
        const value = metered(own, () => parsed(variables));
        if (own.isSpent) return tooExpensive();
        return { ok: true, value };
      } catch (error) {
        return own.isSpent ? tooExpensive() : { ok: false, ...problemOf(error) };
      } finally {
        meter.left -= before - own.left;
      }
    },
  };
}

function tooExpensive(): Evaluated {
  const reason = 'it costs more than an expression may (loops over long lists)';
  return { ok: false, reason, offset: null };
}
