// A draft named beside what is in force: both answers stand on the page, and go when something is changed.
const checked = async (page, lon, lat) => {
  await page.fill('#lon', lon);
  await page.fill('#lat', lat);
  await page.click('#site-go');
  await page.waitForSelector('#check:not([disabled])');
  await page.click('#check');
  await page.waitForSelector('#result:not([hidden]):not(.stale)');
};

const told = async (page) => ({
  now: await page.getAttribute('#verdict', 'data-verdict'),
  then: await page.getAttribute('#drafted', 'data-verdict'),
  rules: await page.$$eval('#drafted [data-rule]', (nodes) => nodes.map((node) => node.dataset.rule)),
  words: await page.textContent('#drafted'),
});

export default async ({page, baseUrl, shot}) => {
  await page.goto(`${baseUrl}/?lang=zh`);
  await page.waitForSelector('body[data-ready]');
  await page.fill('#activity', 'CHEM');
  await page.keyboard.press('Enter');
  await page.selectOption('#fact-nature', 'new');
  await checked(page, '105.15', '32.15');
  const without = await page.locator('#drafted').count();
  await page.click('#drafts summary');
  const offered = await page.$$eval('#draft-eco_redline option', (nodes) => nodes.map((node) => node.textContent));
  await page.selectOption('#draft-eco_redline', '2027 稿');
  const stale = await page.$eval('#result', (node) => node.classList.contains('stale'));
  await checked(page, '105.15', '32.15');
  const gained = await told(page);
  await page.locator('#verdict').scrollIntoViewIfNeeded();
  await shot('drafts');
  await checked(page, '105.07', '32.07');
  const lost = await told(page);
  await page.selectOption('#draft-eco_redline', '');
  await checked(page, '105.07', '32.07');
  return {without, offered, stale, gained, lost, after: await page.locator('#drafted').count()};
};
