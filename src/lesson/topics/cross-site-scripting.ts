// Lesson: script in somebody else's browser.
import type { Lesson } from '../lesson.ts';

export const crossSiteScripting: Lesson = {
  id: 'cross-site-scripting',
  title: "Script in somebody else's browser",
  summary: 'Text from one user is shown to another as part of the page, and runs there.',
  why: [
    'Where input is written into HTML without escaping, it can bring its own script. It ' +
      "runs with the session of the reader: in an administrator's browser it does what the " +
      'administrator may do.',
    'In dashboards and log viewers the input comes from places that feel internal: a pod ' +
      'name, a label, a log line, a commit message.',
  ],
  attack: [
    'Put a script or an event handler into a field that others look at.',
    'Wait for somebody with more rights to open the page.',
    'Act with that session: create a token, change a setting, read what is shown.',
  ],
  fix: [
    'Raise the package to the fixed version.',
    'Let the template engine escape; where HTML from outside must be shown, clean it with a ' +
      'maintained sanitiser.',
    'Send a Content-Security-Policy without `unsafe-inline`: it stops what slips through.',
    'Cookies `HttpOnly` and `SameSite`, short sessions, a second confirmation for what is ' +
      'dangerous.',
  ],
  challenge: {
    question:
      'A sanitiser in your image has a bypass, but your service only returns JSON. Does the ' +
      'finding matter?',
    answer:
      'Only if some page shows those strings as HTML: look for who renders them. If nobody ' +
      'does, say so in a VEX statement (code not reachable) instead of leaving it open; if ' +
      'a dashboard of another team does, it matters to them.',
  },
  techniques: ['T1189', 'T1185'],
  related: ['code-injection', 'request-forgery'],
  signs: [
    'cross[- ]site scripting',
    '\\bXSS\\b',
    'mutation xss',
    'html injection',
    'script execution in the browser',
    'sanitiz(?:er|ation) bypass',
  ],
};
