// Opens the page itself and waits for the network to fall silent: for pages whose faults are the point.
export default async ({page, baseUrl}) => {
  await page.goto(baseUrl, {waitUntil: 'networkidle'});
  return {title: await page.title()};
};
