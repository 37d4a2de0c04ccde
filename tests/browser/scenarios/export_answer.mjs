// The answer as files: an area is drawn, checked, and each button gives a file; what it could not hold is told.
import {readFile} from 'node:fs/promises';

const typed = async (page, lon, lat) => {
  await page.fill('#lon', lon);
  await page.fill('#lat', lat);
  await page.click('#site-go');
  await page.waitForSelector('#check:not([disabled])');
};

const checked = async (page) => {
  await page.click('#check');
  await page.waitForSelector('#result:not([hidden]):not(.stale) #export-gpkg');
};

const file = async (page, format) => {
  const begun = page.waitForEvent('download');
  await page.click(`#export-${format}`);
  const download = await begun;
  await page.waitForSelector(`#export-${format}:not([disabled])`);
  const bytes = await readFile(await download.path());
  return {name: download.suggestedFilename(), size: bytes.length, head: bytes.subarray(0, 4).toString('latin1'),
    said: await page.textContent('#export-said')};
};

export default async ({page, baseUrl, shot}) => {
  await page.goto(`${baseUrl}/?lang=zh`);
  await page.waitForSelector('body[data-ready]');
  await typed(page, '105.84', '32.64');
  await checked(page);
  const pointHasNoText = await page.isDisabled('#export-txt');
  const map = await page.locator('#map_fenqu').boundingBox();
  await page.click('#draw-polygon');
  const [x, y] = [map.x + map.width / 2, map.y + map.height / 2];
  for (const [dx, dy] of [[0, 0], [60, 0], [60, 50], [0, 50]]) await page.mouse.click(x + dx, y + dy);
  await page.click('#draw-finish');
  await page.waitForSelector('#check:not([disabled])');
  await checked(page);
  const files = {};
  for (const format of ['gpkg', 'shp', 'kml', 'dxf', 'txt', 'xlsx']) files[format] = await file(page, format);
  await page.locator('.exports').scrollIntoViewIfNeeded();
  await shot('export_answer');
  return {pointHasNoText, files};
};
