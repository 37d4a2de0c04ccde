// Names that are markup (layer, zone, attribute): legend, tooltip, hits and findings show them as text.
export default async ({page, baseUrl, shot}) => {
  const dialogs = [];
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message());
    return dialog.dismiss();
  });
  await page.goto(`${baseUrl}/?lang=en`);
  await page.waitForSelector('body[data-ready]');
  const at = await page.evaluate(() => {
    const map = window.map_fenqu;
    const box = document.getElementById('map_fenqu').getBoundingClientRect();
    const {x, y} = map.latLngToContainerPoint([32.07, 105.07]);
    return [box.left + x, box.top + y];
  });
  await page.mouse.move(at[0] - 4, at[1] - 4);
  await page.mouse.move(...at);
  await page.waitForSelector('.leaflet-tooltip .tip');
  const tooltip = await page.textContent('.leaflet-tooltip .tip b');
  await page.mouse.click(...at);
  await page.fill('#activity', 'CHEM');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.selectOption('#fact-nature', 'new');
  await page.click('#check');
  await page.waitForSelector('.zone');
  await page.evaluate(() => { document.querySelectorAll('details').forEach((fold) => { fold.open = true; }); return 0; });
  await page.waitForTimeout(300);
  await shot('markup_is_text');
  return {dialogs, tooltip, zone: await page.textContent('.zone'), legend: await page.textContent('label[for="layer-eco_redline"]'),
    images: await page.locator('img[src="x"]').count(), scripts: await page.$$eval('script:not([src])', (nodes) => nodes.filter((node) => node.textContent.includes('alert(3)') && node.type !== 'application/json').length)};
};
