// The answer as files that colleagues open; what a format cannot hold is told beside the buttons.
import {download} from './api.js';
import {el, fill} from './dom.js';
import {lang, t} from './i18n.js';

const FORMATS = ['gpkg', 'shp', 'kml', 'dxf', 'txt', 'xlsx'];

/** Buttons for the answer to a request; `body` is what was asked, `told(error)` draws a refusal. */
export function exportButtons(body, answer, told) {
  const areal = answer.parts.some((part) => part.site.area_m2 > 0);
  const said = el('div', {id: 'export-said', class: 'quiet', role: 'status', 'aria-live': 'polite'});
  const button = (format) => {
    const none = format === 'txt' && !areal;
    return el('button', {type: 'button', class: 'tool', id: `export-${format}`, text: t(`export.${format}`), disabled: none,
      title: none ? t('export.areas_only') : null, on: {click: (event) => fetchFile(event.currentTarget, format, body, said, told)}});
  };
  return el('section', {class: 'block exports'}, el('h4', {text: t('export.title')}),
    el('div', {class: 'tools'}, FORMATS.map(button)), said);
}

async function fetchFile(button, format, body, said, told) {
  button.disabled = true;
  fill(said, t('export.making'));
  try {
    const {blob, name, remarks} = await download('/checks/export', body, {format, lang});
    save(blob, name);
    fill(said, el('p', {text: t('export.done', {name})}), remarks.length > 0 && el('ul', {class: 'plain'}, remarks.map((one) => el('li', {text: one}))));
  } catch (error) {
    fill(said, told(error));
  } finally {
    button.disabled = false;
  }
}

function save(blob, name) {
  const href = URL.createObjectURL(blob);
  const link = el('a', {href, download: name});
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(href), 60000); // the browser reads it after this call
}
