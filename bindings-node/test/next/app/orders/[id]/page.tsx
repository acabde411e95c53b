import { pay } from '../../../pay';

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const order = await (await pay()).order((await params).id);
  return <p id="state">{order.state}</p>;
}
