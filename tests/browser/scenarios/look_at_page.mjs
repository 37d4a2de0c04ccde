// English, a phone's width, the keyboard alone, layers switched; what a screen reader is given.
const ready = async (page, address) => {
  await page.goto(address);
  await page.waitForSelector('body[data-ready]');
};

/** Controls without a name, and texts cut off or wider than the screen. */
const faults = (page) => page.evaluate(() => {
  const named = (node) => node.getAttribute('aria-label') || node.title || node.labels?.[0]?.textContent.trim() || node.textContent.trim();
  const shown = (node) => node.offsetParent !== null;
  return {
    unnamed: [...document.querySelectorAll('button, input, select, a')].filter((node) => shown(node) && !named(node)).map((node) => node.outerHTML.slice(0, 80)),
    tooWide: document.documentElement.scrollWidth - window.innerWidth,
    duplicateIds: [...document.querySelectorAll('[id]')].map((node) => node.id).filter((id, i, all) => all.indexOf(id) !== i),
    headings: [...document.querySelectorAll('h1, h2')].map((node) => node.textContent.trim()),
  };
});

export default async ({page, baseUrl, shot}) => {
  const result = {};
  await ready(page, `${baseUrl}/?lang=en`);
  result.english = {lang: await page.getAttribute('html', 'lang'), button: await page.textContent('#check'),
    chinese: await page.$$eval('.panel, .legend h2, .legend h3', (nodes) => nodes.map((node) => node.innerText).join(' ').match(/[\u4e00-\u9fff]+/g))};
  result.desk = await faults(page);
  await shot('english');

  // Every layer can be switched on, and off again.
  result.switched = [];
  for (const box of await page.locator('.legend-item input:not([disabled])').all()) {
    const id = await box.getAttribute('data-layer');
    if (!(await box.isChecked())) {
      const got = page.waitForResponse((response) => response.url().includes(`/layers/${id}/zones`));
      await box.check();
      result.switched.push([id, (await got).status()]);
    }
  }
  await page.waitForTimeout(300);
  await shot('all_layers');
  const gaps = () => page.$$eval('.legend-gap:not([hidden])', (notes) => notes.map((note) => [note.id, note.innerText.trim()]));
  await page.waitForFunction(() => document.querySelectorAll('.legend-gap:not([hidden])').length >= 3);
  result.gaps = await gaps();
  while (await page.locator('.legend-item input:checked').count()) await page.locator('.legend-item input:checked').first().uncheck();
  result.gapsAfter = await gaps();
  result.notes = await page.$$eval('.legend-note:not([hidden])', (notes) => notes.map((note) => note.textContent));

  // A phone, and only keys: skip link, coordinates, activity, nature, check.
  await page.setViewportSize({width: 390, height: 844});
  await ready(page, `${baseUrl}/?lang=zh`);
  await page.keyboard.press('Tab');
  result.skip = await page.evaluate(() => document.activeElement.className);
  await page.focus('#lon');
  await page.keyboard.type('108.75');
  await page.keyboard.press('Tab');
  await page.keyboard.type('31.929');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => !document.getElementById('check').disabled);
  await page.focus('#activity');
  await page.keyboard.type('CHEM');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.preset');
  await shot('phone_form');
  await page.focus('#check');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#verdict');
  await page.waitForTimeout(500);
  result.phone = {...await faults(page), verdict: await page.getAttribute('#verdict', 'data-verdict')};
  await shot('phone');
  return result;
};
