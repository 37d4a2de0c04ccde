// The planner's road: layers appear, a place is clicked, an activity chosen, and the verdict is read; then typed
// coordinates, a drawn area, another date.
const ready = async (page, address) => {
  await page.goto(address);
  await page.waitForSelector('body[data-ready]');
  await page.waitForFunction(() => document.querySelectorAll('.place-own').length >= 9);
};

const choose = async (page, text) => {
  await page.fill('#activity', text);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
};

const verdict = async (page) => {
  const answered = page.waitForResponse((response) => response.url().includes('/api/v1/checks'));
  await page.click('#check');
  const answer = await (await answered).json();
  await page.waitForSelector('#result:not([hidden]):not(.stale) #verdict');
  return {answer: answer.verdict, shown: await page.getAttribute('#verdict', 'data-verdict'),
    words: await page.textContent('#verdict'), live: await page.textContent('#status')};
};

/** A place well inside the red line of 城口: the middle of the longest west-east stretch of its largest zone. */
const inRedLine = async (page, baseUrl) => {
  const found = await (await page.request.get(`${baseUrl}/api/v1/layers/eco_redline/zones?bbox=108.3,31.6,109.2,32.2&attributes=false`)).json();
  const polygons = found.features.flatMap(({geometry: {type, coordinates}}) => (type === 'Polygon' ? [coordinates] : coordinates));
  let best = {width: 0};
  for (const rings of polygons) {
    const lats = rings[0].map(([, lat]) => lat);
    const lat = (Math.min(...lats) + Math.max(...lats)) / 2 + 1e-7;
    const crossings = rings.flatMap((ring) => ring.slice(1).flatMap(([x2, y2], i) => {
      const [x1, y1] = ring[i];
      return (y1 > lat) === (y2 > lat) ? [] : [x1 + ((lat - y1) / (y2 - y1)) * (x2 - x1)];
    })).sort((a, b) => a - b);
    for (let i = 0; i + 1 < crossings.length; i += 2) {
      const width = crossings[i + 1] - crossings[i];
      if (width > best.width) best = {width, lon: (crossings[i] + crossings[i + 1]) / 2, lat};
    }
  }
  return [best.lon, best.lat];
};

/** What the next question asks of the site, and how the site is told. */
const asked = async (page, act) => {
  const [answer] = await Promise.all([page.waitForResponse((response) => response.url().includes('/api/v1/questions')), act()]);
  const {site, crs, accuracy_m: accuracy} = answer.request().postDataJSON();
  await answer.finished();
  await page.waitForFunction(() => document.getElementById('site-summary').textContent.includes('定位精度'));
  return {site: site.coordinates ?? site, crs, accuracy: accuracy ?? null, told: await page.textContent('#site-summary dd')};
};

/** Pixel of a place on the screen. */
const pixel = (page, lon, lat) => page.evaluate(([x, y]) => {
  const map = window.map_fenqu;
  map.setView([y, x], 12, {animate: false});
  const box = document.getElementById('map_fenqu').getBoundingClientRect();
  const at = map.latLngToContainerPoint([y, x]);
  return [box.left + at.x, box.top + at.y];
}, [lon, lat]);

/** Names of districts that cover each other. */
const touching = (page) => page.$$eval('.place', (nodes) => nodes.flatMap((node, i) => nodes.slice(i + 1).filter((other) => {
  const [a, b] = [node.getBoundingClientRect(), other.getBoundingClientRect()];
  return a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
}).map((other) => `${node.textContent}/${other.textContent}`)));

/** How many different colours the map's canvas has: a blank one raises no error. */
const colours = (page) => page.evaluate(() => {
  const canvas = document.querySelector('.leaflet-zones-pane canvas');
  const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const seen = new Set();
  for (let i = 0; i < data.length; i += 4 * 97) seen.add(`${data[i] >> 4},${data[i + 1] >> 4},${data[i + 2] >> 4},${data[i + 3] >> 6}`);
  return seen.size;
});

export default async ({page, baseUrl, shot}) => {
  await page.setViewportSize({width: 1440, height: 900});
  await ready(page, `${baseUrl}/?lang=zh`);
  const result = {lang: await page.getAttribute('html', 'lang'), touching: await touching(page), colours: await colours(page),
    banner: await page.textContent('.banner'), disabled: await page.isDisabled('#check')};

  // A click in a red line of 城口, a chemical plant, new.
  const place = await inRedLine(page, baseUrl);
  result.place = place;
  await page.mouse.click(...await pixel(page, ...place));
  result.clicked = [await page.inputValue('#lon'), await page.inputValue('#lat')].map(Number);
  await choose(page, '化工项目');
  await page.selectOption('#fact-nature', 'new');
  await page.waitForSelector('.preset .chip-implied');
  result.clickVerdict = await verdict(page);
  await page.waitForFunction(() => document.querySelectorAll('.leaflet-hits-pane path').length > 0);
  result.hits = await page.locator('.leaflet-hits-pane path').count();
  result.rules = await page.$$eval('.block-applies .finding', (cards) => cards.map((card) => card.dataset.rule));
  result.article = await page.textContent('.block-applies .article');
  result.layers = await page.$$eval('.block-layers tbody tr', (rows) => rows.length);
  await page.waitForTimeout(600);
  await shot('check_place');

  const [download] = await Promise.all([page.waitForEvent('download'), page.click('#download')]);
  result.download = download.suggestedFilename();

  // On paper: the place stands in the report, nothing is folded; afterwards all is as it was.
  const folded = () => page.$$eval('#result details:not([open])', (nodes) => nodes.length);
  const before = await folded();
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
  result.paper = [before > 0, await folded(), await page.textContent('#verdict')];
  await page.emulateMedia({media: 'print'});
  result.onPaper = await page.$$eval('#form, .chart, #verdict', (nodes) => nodes.map((node) => [node.id || 'chart', node.offsetHeight > 0]));
  await page.emulateMedia({media: 'screen'});
  await page.evaluate(() => dispatchEvent(new Event('afterprint')));
  result.foldedAgain = (await folded()) - before;

  // A changed input makes the shown result say that it is old.
  await page.selectOption('#fact-nature', 'existing');
  result.stale = await page.textContent('#status');
  result.hitsAfterChange = await page.locator('.leaflet-hits-pane path').count();

  // Typed coordinates, both in one field, degrees minutes seconds in the other.
  await page.fill('#lon', '105.80, 30.15');
  await page.click('#site-go');
  result.pasted = [await page.inputValue('#lon'), await page.inputValue('#lat')];
  await page.fill('#lon', '105°46′58.75″E');
  await page.press('#lon', 'Enter');
  await page.waitForFunction(() => document.getElementById('site-summary').textContent.includes('高斯'));
  await choose(page, '学校');
  result.typedVerdict = await verdict(page);

  // A Gauss-Krüger pair, northing first, pasted whole: zone and order are read by the service, and said.
  await page.fill('#lon', 'X=3,337,011.7 Y=35,577,073.9');
  await page.fill('#lat', '');
  await page.click('#site-go');
  await page.waitForFunction(() => document.getElementById('site-summary').textContent.includes('第 35 带'));
  result.gauss = await page.textContent('#site-summary');
  await shot('typed-gauss');
  await page.fill('#lon', 'east');
  await page.click('#site-go');
  result.fault = await page.textContent('#site-error');

  // How sure the place is: with the coordinates, by itself, in another datum; a click says nothing of it.
  await page.fill('#lon', '105.84');
  await page.fill('#lat', '30.19');
  await page.fill('#accuracy', '２０');
  result.sure = [await asked(page, () => page.click('#site-go'))];
  await page.fill('#accuracy', '0.5');
  result.sure.push(await asked(page, () => page.press('#accuracy', 'Enter')));
  await page.fill('#accuracy', '约 5');
  await page.press('#accuracy', 'Tab');
  result.unsure = await page.textContent('#site-error');
  await page.selectOption('#crs', '西安80');
  await page.fill('#accuracy', '');
  result.sure.push(await asked(page, () => page.click('#site-go')));
  await page.fill('#accuracy', '150');
  result.sure.push(await asked(page, () => page.press('#accuracy', 'Tab')));
  const clicked = await pixel(page, 105.84, 30.19);
  result.sure.push(await asked(page, () => page.mouse.click(...clicked)));
  result.blank = await page.inputValue('#accuracy');

  // An area drawn by four clicks.
  const [x, y] = await pixel(page, 105.8, 30.15);
  await page.click('#draw-polygon');
  for (const [dx, dy] of [[-40, -40], [40, -40], [40, 40], [-40, 40]]) await page.mouse.click(x + dx, y + dy);
  await page.click('#draw-finish');
  await page.waitForFunction(() => document.getElementById('site-summary').textContent.includes('公顷'));
  result.area = await page.textContent('#site-summary dd');
  result.areaVerdict = await verdict(page);

  // Another date: the editions of that day; a layer that has none then says so.
  await page.check('#layer-river_corridor');
  await page.fill('#on', '2021-08-01');
  await page.waitForFunction(() => document.getElementById('note-river_corridor').textContent !== '');
  result.note = await page.textContent('#note-river_corridor');
  result.dateVerdict = await verdict(page);
  return result;
};
