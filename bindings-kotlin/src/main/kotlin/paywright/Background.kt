// The engine away from the main thread. Its methods block until the database has answered, so a screen must not call
// them directly.

package paywright

import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext

/**
 * Does something with the engine on a thread that may wait: `pay.background { createOrder("CNY", amount = price) }`.
 * What has begun is carried out, also when whoever awaits it is cancelled: half of it could be money on its way.
 */
suspend fun <T> Paywright.background(work: Paywright.() -> T): T = withContext(Dispatchers.IO) { work() }
