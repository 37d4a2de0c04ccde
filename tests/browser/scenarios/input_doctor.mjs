// Coordinates typed the wrong way round: the page says so, one click reads them as they were meant, one undoes it.
const questions = (page) => page.waitForResponse((response) => response.url().includes('/api/v1/questions'));

const type = async (page, lon, lat) => {
  await page.fill('#lon', lon);
  await page.fill('#lat', lat);
  const told = questions(page);
  await page.click('#site-go');
  return (await told).status();
};

const press = async (page, id) => {
  const told = questions(page);
  await page.click(id);
  const response = await told;
  return {status: response.status(), sent: response.request().postDataJSON().remedies ?? []};
};

const check = async (page) => {
  const answered = page.waitForResponse((response) => response.url().includes('/api/v1/checks'));
  await page.click('#check');
  const [part] = (await (await answered).json()).parts;
  await page.waitForSelector('#result:not([hidden]):not(.stale) #verdict');
  return part;
};

export default async ({page, baseUrl, shot}) => {
  const result = {};
  await page.setViewportSize({width: 1280, height: 900});
  await page.goto(`${baseUrl}/?lang=zh`);
  await page.waitForSelector('body[data-ready]');

  result.refused = await type(page, '32.6441', '105.8425');
  await page.waitForSelector('#remedy-swap-axes');
  result.fault = await page.textContent('#site-error');
  result.advice = await page.textContent('#site-advice');
  await shot('doctor-advice');

  result.treated = await press(page, '#remedy-swap-axes');
  await page.waitForSelector('#remedy-undo');
  result.faultAfter = await page.textContent('#site-error');
  result.applied = await page.textContent('#site-advice');
  result.summary = await page.textContent('#site-summary');
  const part = await check(page);
  result.answer = {remedies: part.remedies, site: [part.site.lon, part.site.lat], remarks: part.remarks.map(({zh}) => zh)};
  result.told = await page.textContent('#result .advice-applied');
  await page.waitForTimeout(500);
  await shot('doctor-applied');

  result.undone = await press(page, '#remedy-undo');
  await page.waitForSelector('#remedy-swap-axes');

  await page.goto(`${baseUrl}/?lang=en`);
  await page.waitForSelector('body[data-ready]');
  result.outside = await type(page, '-105.8425', '32.6441');
  await page.waitForSelector('#remedy-flip-lon');
  result.outsideAdvice = await page.textContent('#site-advice');
  const away = await check(page);
  result.away = {advice: away.advice.map(({remedies}) => remedies), remedies: away.remedies ?? null, site: [away.site.lon, away.site.lat]};
  result.awayTold = await page.textContent('#result .advice');

  await type(page, '105.8425', '32.6441');
  await page.waitForFunction(() => document.querySelector('#site-summary').textContent.includes('105.8425'));
  result.good = await page.textContent('#site-advice');
  return result;
};
