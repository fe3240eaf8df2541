// Providers of language models: a leaked key is spent within hours.
import { base62, base64url, dotted64, hex, letters, runEnd, runStart } from '../alphabet.ts';
import { assigned } from '../assignment.ts';
import { type SecretDetector, textOf } from '../detector.ts';
import { isStandIn } from '../placeholder.ts';
import { token } from '../token.ts';

/** `OpenAI` in base64 stands in the middle of each of its keys. */
const openai: SecretDetector = {
  id: 'openai-key',
  title: 'OpenAI API key',
  severity: 'critical',
  issuer: 'OpenAI',
  hint: 'ends',
  anchors: ['T3BlbkFJ'],
  find({ bytes, at, anchor }) {
    const start = runStart(base64url, bytes, at, at - 200);
    const end = runEnd(base64url, bytes, at + anchor.length, at + 200);
    const value = /sk-[\w-]{20,200}T3BlbkFJ[\w-]{20,200}$/.exec(textOf(bytes, start, end))?.[0];
    return value === undefined || isStandIn(value)
      ? null
      : { start: end - value.length, end, value };
  },
};

export const intelligence: readonly SecretDetector[] = [
  token({
    id: 'anthropic-key',
    title: 'Anthropic API key',
    severity: 'critical',
    issuer: 'Anthropic',
    prefixes: ['sk-ant-'],
    alphabet: base64url,
    length: [80, 140],
    judge: (value) => /^sk-ant-[a-z]+\d\d-/.test(value),
  }),
  openai,
  token({
    id: 'openai-project-key',
    title: 'OpenAI project key',
    severity: 'critical',
    issuer: 'OpenAI',
    prefixes: ['sk-proj-', 'sk-svcacct-', 'sk-admin-'],
    alphabet: base64url,
    length: [40, 250],
  }),
  assigned({
    id: 'openai-legacy-key',
    title: 'API key of an OpenAI-compatible service',
    severity: 'high',
    issuer: 'the provider of the model',
    words: ['openai', 'deepseek', 'dashscope', 'moonshot'],
    alphabet: base64url,
    length: [35, 60],
    judge: (value) => /^sk-[A-Za-z0-9]{32,}$/.test(value),
  }),
  token({
    id: 'huggingface-token',
    title: 'Hugging Face token',
    severity: 'critical',
    issuer: 'Hugging Face',
    prefixes: ['"hf_', "'hf_", '=hf_', ' hf_', ':hf_', '\nhf_', '`hf_', 'api_org_'],
    alphabet: letters,
    length: 34,
  }),
  token({
    id: 'groq-key',
    title: 'Groq API key',
    severity: 'high',
    issuer: 'Groq',
    prefixes: ['gsk_'],
    alphabet: base62,
    length: 52,
  }),
  token({
    id: 'replicate-token',
    title: 'Replicate API token',
    severity: 'high',
    issuer: 'Replicate',
    prefixes: ['"r8_', "'r8_", '=r8_', ' r8_', ':r8_', '\nr8_'],
    alphabet: base62,
    length: 37,
  }),
  token({
    id: 'perplexity-key',
    title: 'Perplexity API key',
    severity: 'high',
    issuer: 'Perplexity',
    prefixes: ['pplx-'],
    alphabet: base62,
    length: 48,
  }),
  token({
    id: 'xai-key',
    title: 'xAI API key',
    severity: 'high',
    issuer: 'xAI',
    prefixes: ['xai-'],
    alphabet: base62,
    length: 80,
  }),
  token({
    id: 'openrouter-key',
    title: 'OpenRouter API key',
    severity: 'high',
    issuer: 'OpenRouter',
    prefixes: ['sk-or-v1-'],
    alphabet: hex,
    length: 64,
  }),
  token({
    id: 'langsmith-key',
    title: 'LangSmith API key',
    severity: 'medium',
    issuer: 'LangSmith',
    prefixes: ['lsv2_pt_', 'lsv2_sk_'],
    alphabet: { ...hex, has: hex.has.with(0x5f, 1) },
    length: 43,
  }),
  token({
    id: 'pinecone-key',
    title: 'Pinecone API key',
    severity: 'high',
    issuer: 'Pinecone',
    prefixes: ['pcsk_'],
    alphabet: { ...base62, has: base62.has.with(0x5f, 1) },
    length: [60, 80],
  }),
  assigned({
    id: 'cohere-mistral-key',
    title: 'Cohere or Mistral API key',
    severity: 'high',
    issuer: 'the provider of the model',
    words: ['cohere_api_key', 'co_api_key', 'mistral_api_key', 'together_api_key'],
    alphabet: dotted64,
    length: [32, 64],
    judge: (value) => /^[A-Za-z0-9]+$/.test(value),
  }),
];
