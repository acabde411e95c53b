import { payments } from 'paywright/next';
import { pay } from '../../../pay';

export const runtime = 'nodejs';
export const { GET, POST } = payments(pay, { path: '/payments', customerOf: (request) => request.headers.get('x-customer') });
