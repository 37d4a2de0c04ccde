// A text field with a list of choices below, by the ARIA pattern: arrows, Enter, Escape, or the pointer.
import {el, fill, settled} from './dom.js';

/**
 * `choices`: [{value, label, note, search}]; `onPick(value)` hears of each choice, null when the text names none.
 * `find(text)` may promise the values that a text means, the likeliest first: they then take the place of what the
 * words of the text pick out here. A text that it cannot answer changes nothing.
 */
export function combobox({id, label, hint, choices, none, onPick, find}) {
  let active = -1;
  let offered = [];
  const list = el('ul', {id: `${id}-list`, role: 'listbox', class: 'options', hidden: true, 'aria-label': label});
  const input = el('input', {
    id, type: 'text', role: 'combobox', 'aria-autocomplete': 'list', 'aria-expanded': 'false', 'aria-controls': list.id,
    placeholder: hint, spellcheck: 'false',
  });

  const close = () => {
    list.hidden = true;
    active = -1;
    input.setAttribute('aria-expanded', 'false');
    input.removeAttribute('aria-activedescendant');
  };
  const pick = (choice) => {
    input.value = choice.label;
    close();
    onPick(choice.value);
  };
  const mark = (index) => {
    active = offered.length ? (index + offered.length) % offered.length : -1;
    [...list.children].forEach((item, i) => item.setAttribute('aria-selected', String(i === active)));
    if (active < 0) return;
    input.setAttribute('aria-activedescendant', list.children[active].id);
    list.children[active].scrollIntoView({block: 'nearest'});
  };
  const open = (all) => {
    const text = input.value.trim();
    const words = all ? [] : text.toLowerCase().split(/\s+/).filter(Boolean);
    offer(choices.filter(({search}) => words.every((word) => search.includes(word))));
    if (find && words.length) ask(text);
  };
  const ask = settled((text) => find(text).then((values) => {
    if (list.hidden || input.value.trim() !== text || !values.length) return;
    offer(values.map((value) => choices.find((choice) => choice.value === value)).filter(Boolean));
  }, () => {}), 150);
  const offer = (some) => {
    offered = some;
    fill(list, offered.length
      ? offered.map((choice, i) => el('li', {
        id: `${id}-${i}`, role: 'option', 'aria-selected': 'false', on: {mousedown: (event) => {
          event.preventDefault();
          pick(choice);
        }},
      }, el('span', {text: choice.label}), el('small', {text: choice.note})))
      : el('li', {class: 'quiet', text: none}));
    list.hidden = false;
    input.setAttribute('aria-expanded', 'true');
    active = -1;
  };
  const exact = () => {
    const text = input.value.trim().toLowerCase();
    return choices.find(({label: own, names}) => own.toLowerCase() === text || names.includes(text));
  };
  input.addEventListener('focus', () => open(Boolean(exact())));
  input.addEventListener('input', () => {
    open(false);
    onPick(exact()?.value ?? null);
  });
  input.addEventListener('blur', close);
  input.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (list.hidden) open(true);
      mark(active + (event.key === 'ArrowDown' ? 1 : active < 0 ? 0 : -1));
    } else if (event.key === 'Enter') {
      event.preventDefault();
      if (!list.hidden && offered.length) pick(offered[Math.max(active, 0)]);
    } else if (event.key === 'Escape') close();
  });
  return el('div', {class: 'combo'}, el('label', {class: 'field', for: id}, el('span', {text: label}), input), list);
}
