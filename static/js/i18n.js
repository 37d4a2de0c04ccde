// The page's words and language, from the data block the server wrote.

export const data = JSON.parse(document.getElementById('fenqu-data').textContent);
export const lang = data.lang;

/** A word of the page; `{name}` in it is replaced. */
export function t(key, values = {}) {
  const text = data.words[key];
  if (text === undefined) return key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** The text of a {zh, en} pair in the page's language. */
export function both(pair) {
  if (pair === null || pair === undefined) return '';
  return typeof pair === 'string' ? pair : pair[lang] ?? pair.zh ?? '';
}

/** Join as the language does. */
export const joined = (items) => items.join(lang === 'zh' ? '、' : ', ');

/** Sentences one after another, what is said of a thing, and what stands aside, with the marks of the language. */
export const sentences = (items) => items.join(lang === 'zh' ? '；' : '; ');
export const told = (name, text) => `${name}${lang === 'zh' ? '：' : ': '}${text}`;
export const aside = (text, more) => (lang === 'zh' ? `${text}（${more}）` : `${text} (${more})`);
