// Compiled with Compose 1.7.3 by `make kotlin-screen`, and never shown: what runs it is on Google's repository alone.
// A shop's payment screen: what is to be paid, the code to scan or the button that opens the gateway, and how it stands. It
// decides nothing: a payment is paid when its state says so, and that comes from the shop's server.
package screen

import androidx.compose.foundation.Canvas
import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.material3.Button
import androidx.compose.material3.CircularProgressIndicator
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.DisposableEffect
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.geometry.Size
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import kotlinx.coroutines.flow.StateFlow

/** Whoever follows the payment for the screen, and stops when nobody looks any more. */
interface Followed {
    val payment: StateFlow<ShownPayment>
    fun stop()
}

/** The screen of a payment that is followed, until it is left. `open` takes the payer to an address. */
@Composable
fun PaymentScreen(followed: Followed, words: Words, open: (String) -> Unit) {
    val payment by followed.payment.collectAsState()
    DisposableEffect(followed) { onDispose { followed.stop() } }
    PaymentScreen(payment, words, open)
}

/** The screen of a payment as it stands: all that it shows is in its arguments, so that an editor can show it, too. */
@Composable
fun PaymentScreen(payment: ShownPayment, words: Words, open: (String) -> Unit) {
    Column(
        modifier = Modifier.fillMaxWidth().padding(24.dp),
        verticalArrangement = Arrangement.spacedBy(16.dp),
        horizontalAlignment = Alignment.CenterHorizontally,
    ) {
        Text(payment.amount, style = MaterialTheme.typography.displaySmall)
        Text(words.state(payment.state), style = MaterialTheme.typography.titleMedium)
        payment.code?.let { QrCode(it, words.scan) }
        payment.link?.let { link -> Button(onClick = { open(link) }) { Text(words.open) } }
        if (payment.waiting) CircularProgressIndicator()
    }
}

/** A code's modules, black on white with the quiet zone that scanners want, whatever the theme. */
@Composable
private fun QrCode(rows: List<String>, description: String) {
    Canvas(
        Modifier.size(240.dp).background(Color.White).semantics { contentDescription = description },
    ) {
        val module = size.minDimension / (rows.size + 2 * QUIET)
        rows.forEachIndexed { y, row ->
            row.forEachIndexed { x, dark ->
                val at = Offset((x + QUIET) * module, (y + QUIET) * module)
                if (dark == '1') drawRect(Color.Black, at, Size(module, module))
            }
        }
    }
}

private const val QUIET = 4
