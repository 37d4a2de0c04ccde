// A file of sites read on the page: rows listed, one chosen and checked, all checked, a refused file told.
import {zip} from './zip.mjs';

const upload = async (page, name, text) => {
  const told = page.waitForResponse((response) => response.url().includes('/api/v1/sites'));
  await page.setInputFiles('#site-file', {name, mimeType: 'application/octet-stream', buffer: Buffer.from(text)});
  return (await told).status();
};

const SURVEY = ['[属性描述]', '坐标系=2000国家大地坐标系', '几度分带=3', '投影类型=高斯克吕格', '计量单位=米', '带号=35', '[地块坐标]',
  '4,1.0000,甲-1,一号地块,面,,工业用地,,@', 'J1,1,3341000,35580800', 'J2,1,3341000,35580900', 'J3,1,3341100,35580900', 'J4,1,3341100,35580800',
  '4,1.0000,甲-2,二号地块,面,,工业用地,,@', 'J1,1,3341000,35581800', 'J2,1,3341000,35581900', 'J3,1,3341100,35581900', 'J4,1,3341100,35581800',
  '4,1.0000,甲-3,三号地块,面,,工业用地,,@', 'J1,1,3341000,坏', ''].join('\r\n');

export default async ({page, baseUrl, shot}) => {
  const result = {};
  await page.setViewportSize({width: 1280, height: 1000});
  await page.goto(`${baseUrl}/?lang=zh`);
  await page.waitForSelector('body[data-ready]');

  result.status = await upload(page, '界址点.txt', SURVEY);
  await page.waitForSelector('.site-rows li');
  result.listed = await page.textContent('#site-file-list');
  result.rows = await page.$$eval('.site-rows li', (rows) => rows.map((row) => row.innerText));

  await page.fill('#activity', '化工项目');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  const asked = page.waitForResponse((response) => response.url().includes('/api/v1/questions'));
  await page.click('#site-row-2 .site-row');
  await asked;
  await page.waitForFunction(() => document.getElementById('site-summary').textContent.includes('公顷'));
  result.summary = await page.textContent('#site-summary');
  result.current = await page.getAttribute('#site-row-2', 'aria-current');
  const answered = page.waitForResponse((response) => response.url().includes('/api/v1/checks'));
  await page.click('#check');
  const answer = await (await answered).json();
  result.one = {verdict: answer.verdict, area: answer.parts[0].site.area_m2, remarks: answer.parts[0].remarks.map((one) => one.zh)};
  await shot('site-file-checked');

  await page.click('#file-check-all');
  await page.waitForFunction(() => [...document.querySelectorAll('.row-verdict')].every((node) => node.dataset.verdict));
  result.all = await page.$$eval('.row-verdict', (nodes) => nodes.map((node) => [node.dataset.verdict, node.textContent]));
  await page.$eval('#site-file-list', (node) => node.scrollIntoView({block: 'nearest'}));
  await shot('site-file-all');

  // Verdicts go with what they were asked for: by another nature they are no more; so they do with the file.
  await page.selectOption('#fact-nature', 'existing');
  result.forgotten = await page.$$eval('.row-verdict', (nodes) => nodes.map((node) => node.textContent));
  let [letGo, held] = [null, 0];
  await page.route('**/api/v1/checks*', async (route) => {
    held += 1;
    await new Promise((free) => { letGo = free; });
    await route.continue();
  });
  await page.click('#file-check-all');
  while (!letGo) await page.waitForTimeout(20);
  result.again = await upload(page, '界址点.txt', SURVEY);
  await page.waitForSelector('#file-check-all:not([disabled])');
  const late = page.waitForResponse((response) => response.url().includes('/api/v1/checks'));
  letGo();
  await (await late).finished();
  await page.unroute('**/api/v1/checks*');
  await page.waitForTimeout(100);
  result.ended = [held, await page.$$eval('.row-verdict', (nodes) => nodes.map((node) => node.textContent))];

  result.refused = await upload(page, '用地.shp', 'x');
  await page.waitForSelector('#site-file-list .fault');
  result.fault = await page.textContent('#site-file-list');
  const features = (name) => ({type: 'FeatureCollection', features: [{type: 'Feature', properties: {name}, geometry: {type: 'Point', coordinates: [105.84, 30.19]}}]});
  result.several = await upload(page, '两份.zip', zip({'甲.geojson': features('甲地'), '乙.geojson': features('乙地')}));
  await page.click('#site-file-list .tools button:has-text("乙")');
  await page.waitForSelector('.site-rows li');
  result.chosen = await page.textContent('.site-rows');

  await page.setViewportSize({width: 390, height: 800});
  result.tooWide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  await upload(page, '高德导出.csv', 'lon,lat\n105.8,30.2\n105.81,30.21\n');
  result.named = await page.textContent('#file-remedy-gcj-02');
  return result;
};
