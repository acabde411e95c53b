// Requests over what every Android and every JVM has: HttpURLConnection. Each has a connection of its own and a deadline. What
// changes something is sent once; a GET, whose answer was lost, may be asked again by the system. It follows no redirect and
// keeps nothing.

package paywright

import java.io.ByteArrayOutputStream
import java.io.IOException
import java.io.InputStream
import java.net.HttpRetryException
import java.net.HttpURLConnection
import java.net.MalformedURLException
import java.net.URL
import kotlin.coroutines.cancellation.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.asExecutor
import kotlinx.coroutines.completeWith
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeout

/** Larger than any answer of a gateway or of an application's server. */
private const val ANSWER_BYTES_MAX = 4 * 1024 * 1024

private val THIS_MACHINE = Regex("""localhost|127(\.\d{1,3}){3}|\[::1]""")

/**
 * The usual transport. `headers` adds what the application's server knows it by, such as `Authorization`; it is asked before
 * each request and never replaces what the request already has. Requests go over https, or http to this machine; others are not
 * sent. The whole of an exchange ends within `wholeTimeoutMs`: less than the minute after which a follower asks again.
 */
class UrlTransport(
    private val connectTimeoutMs: Int = 10_000,
    private val wholeTimeoutMs: Int = 30_000,
    private val headers: suspend (OutgoingRequest) -> Map<String, String> = { emptyMap() },
) : HttpTransport {
    override suspend fun send(request: OutgoingRequest): Answered {
        val url = address(request.url) ?: return Answered.Missing(NoResponse.NOT_SENT)
        val exchange = Exchange(url, request, headers(request))
        val answer = CompletableDeferred<Answered>()
        val threads = Dispatchers.IO.asExecutor()
        threads.execute { answer.completeWith(runCatching { exchange.carry() }) }
        try {
            // Real time, whatever clock the caller's coroutines go by: the network knows no other.
            withContext(Dispatchers.IO) { withTimeout(wholeTimeoutMs.toLong()) { answer.join() } }
        } catch (_: CancellationException) {
            threads.execute(exchange::end)
            if (!answer.isCompleted) {
                currentCoroutineContext().ensureActive()
                return Answered.Missing(NoResponse.UNKNOWN)
            }
        }
        // What has come is given back, also to a caller who was cancelled.
        return answer.await()
    }

    private inner class Exchange(url: URL, private val request: OutgoingRequest, private val own: Map<String, String>) {
        private val connection = url.openConnection() as HttpURLConnection

        @Volatile
        private var isOver = false

        /** From beginning to end, in one thread that waits. */
        fun carry(): Answered {
            try {
                prepare()
                connection.connect()
            } catch (_: IOException) {
                // Without a connection, handshake included, not a byte of the request was written.
                return Answered.Missing(NoResponse.NOT_SENT)
            }
            return try {
                // Nobody waits any more: what is sent now would be sent behind the caller's back.
                if (isOver) return Answered.Missing(NoResponse.NOT_SENT)
                write()
                read()
            } catch (_: Exception) {
                // Whatever it is that an answer without sense upset, it ends no application.
                Answered.Missing(NoResponse.UNKNOWN)
            } finally {
                connection.disconnect()
            }
        }

        /** Closes the socket, so that whoever reads from it wakes up. */
        fun end() {
            isOver = true
            connection.disconnect()
        }

        private fun prepare() {
            connection.requestMethod = request.method
            connection.instanceFollowRedirects = false
            connection.useCaches = false
            connection.connectTimeout = connectTimeoutMs
            connection.readTimeout = wholeTimeoutMs
            own.forEach { (name, value) -> connection.setRequestProperty(name, value) }
            // A connection that was kept may have died unnoticed, and what is packed is not what was signed.
            connection.setRequestProperty("Connection", "close")
            connection.setRequestProperty("Accept-Encoding", "identity")
            request.headers.forEach { (name, values) ->
                connection.setRequestProperty(name, values.first())
                values.drop(1).forEach { connection.addRequestProperty(name, it) }
            }
            if (request.method !in listOf("GET", "HEAD") || request.body.isNotEmpty()) {
                connection.doOutput = true
                // With its length said beforehand a body is written once; otherwise a lost answer would have it sent again.
                connection.setFixedLengthStreamingMode(request.body.size)
            }
        }

        private fun write() {
            if (connection.doOutput) connection.outputStream.use { it.write(request.body) }
        }

        private fun read(): Answered {
            val status = try {
                connection.responseCode
            } catch (unauthorised: HttpRetryException) {
                return Answered.Response(unauthorised.responseCode(), emptyMap(), ByteArray(0))
            }
            if (status < 0) throw IOException("this is no HTTP")
            val stream = if (status >= 400) connection.errorStream else connection.inputStream
            val body = stream?.use(::bounded) ?: ByteArray(0)
            val promised = connection.getHeaderField("Content-Length")?.toLongOrNull() ?: 0
            if (stream != null && body.size < promised) throw IOException("the answer was cut off")
            return Answered.Response(status, headersOf(connection), body)
        }
    }
}

/** The line with the status has no name here. */
private fun headersOf(connection: HttpURLConnection): Map<String, List<String>> {
    val all: Map<String?, List<String>> = connection.headerFields
    return buildMap { all.forEach { (name, values) -> if (name != null) put(name, values) } }
}

private fun address(text: String): URL? {
    val url = try {
        URL(text)
    } catch (_: MalformedURLException) {
        return null
    }
    return url.takeIf { it.protocol == "https" || it.protocol == "http" && THIS_MACHINE.matches(it.host) }
}

private fun bounded(stream: InputStream): ByteArray {
    val (read, part) = ByteArrayOutputStream() to ByteArray(8 * 1024)
    while (true) {
        val length = stream.read(part)
        if (length < 0) return read.toByteArray()
        read.write(part, 0, length)
        if (read.size() > ANSWER_BYTES_MAX) throw IOException("the answer is too long")
    }
}
