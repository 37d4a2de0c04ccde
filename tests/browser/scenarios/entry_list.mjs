// A paper mill in an industrial unit: the clause that may name it, the demand that does, the unit's whole list.
export default async ({page, baseUrl, shot}) => {
  await page.goto(`${baseUrl}/?lang=zh`);
  await page.waitForSelector('body[data-ready]');
  await page.fill('#activity', 'PAPER');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.selectOption('#fact-nature', 'new');
  await page.fill('#lon', '105.940091');
  await page.fill('#lat', '32.654168');
  await page.click('#site-go');
  const answered = page.waitForResponse((response) => response.url().includes('/api/v1/checks'));
  await page.click('#check');
  const answer = await (await answered).json();
  await page.waitForSelector('#result:not([hidden]):not(.stale) #verdict');
  const open = (rule) => page.$eval(`.finding[data-rule="${rule}"]`, (card) => { card.open = true; });
  await open('CU-01');
  await open('CU-02b');
  const clause = (rule) => page.textContent(`.finding[data-rule="${rule}"] .clauses > ul > li`);
  const told = {may: await clause('CU-01'), named: await clause('CU-02b')};
  const asked = page.waitForResponse((response) => response.url().includes('/clauses?'));
  await page.click('.finding[data-rule="CU-02b"] .whole-list summary');
  const list = await (await asked).json();
  await page.waitForSelector('.finding[data-rule="CU-02b"] .whole li');
  const shown = await page.$$eval('.finding[data-rule="CU-02b"] .whole li', (items) => items.map((item) => item.dataset.clause));
  await shot('entry_list');
  return {...told, shown, listed: list.zones[0].clauses.map((one) => one.id), rules: answer.parts[0].findings.map((one) => one.rule)};
};
