package io.heliograph.transport.netty;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.frame.Frame;
import io.heliograph.http.HttpResponse;
import io.heliograph.testkit.RecordingHandler;
import io.heliograph.testkit.Scratch;
import io.heliograph.transport.HttpOptions;
import io.heliograph.transport.WebSocketOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Bodies of requests, which all connections buffer within one limit, and streamed bodies of responses. */
class HttpBodiesTest {

    private static final String GET = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private static final String LAST_GET = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    private static final int CHUNK = 64 * 1024;

    @RegisterExtension
    final Scratch scratch = new Scratch();

    private HttpPort listen(HttpOptions options) {
        return listen(options, WebSocketOptions.defaults());
    }

    private HttpPort listen(HttpOptions options, WebSocketOptions webSockets) {
        Sockets sockets = scratch.closing(new Sockets(Engine.choose(null)));
        return HttpPort.listen(sockets.transport, HttpPort.ANY, options, webSockets, RecordingHandler::new);
    }

    private HttpPort respond(HttpResponse response) {
        HttpPort port = listen(HttpOptions.defaults());
        port.onRequest = exchange -> exchange.answer(response);
        return port;
    }

    private HttpPeer connect(HttpPort port) throws IOException {
        return scratch.closing(new HttpPeer(port.port()));
    }

    private static String post(int length) {
        return "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + length + "\r\n\r\n";
    }

    // ---- requests

    @Test
    void manyIncompleteBodiesShareOneLimit() throws IOException {
        HttpPort port =
                listen(HttpOptions.defaults().withMaxBodyBytes(4 * CHUNK).withMaxUnfinishedBytes(10 * CHUNK));
        List<HttpPeer> peers = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            HttpPeer peer = connect(port);
            peers.add(peer.send(post(CHUNK + 1) + "x".repeat(CHUNK)));
        }
        // The first ten bodies arrive some time after they were sent.
        Awaitility.await().untilAsserted(() -> {
            try (HttpPeer late = new HttpPeer(port.port())) {
                assertThat(late.send(post(1) + "x").response(true))
                        .startsWith("HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n")
                        .endsWith("Service Unavailable");
            }
        });

        assertThat(port.refusals)
                .isNotEmpty()
                .allMatch(refusal -> refusal.startsWith("pending-budget ") && refusal.endsWith("maxUnfinishedBytes"));

        peers.getFirst().close();
        Awaitility.await().untilAsserted(() -> {
            try (HttpPeer next = new HttpPeer(port.port())) {
                assertThat(next.send(post(1) + "x").response(true)).startsWith("HTTP/1.1 200");
            }
        });
    }

    @Test
    void bodyCountsUntilItsResponse() throws IOException {
        // The limit is at least two bodies and 8 KiB.
        HttpPort port = listen(HttpOptions.defaults().withMaxBodyBytes(8192).withMaxUnfinishedBytes(1));
        port.onRequest = exchange -> {};
        HttpPeer first = connect(port).send(post(8192) + "a".repeat(8192));
        var waiting = Sockets.take(port.requests);
        for (int i = 0; i < 2; i++) {
            connect(port).send(post(8192) + "b".repeat(8192));
            Sockets.take(port.requests);
        }
        assertThat(connect(port).send(post(1) + "x").rest()).startsWith("HTTP/1.1 503");
        waiting.answer(HttpResponse.text(200, "done"));
        assertThat(first.response(true)).endsWith("done");
        connect(port).send(post(8192) + "c".repeat(8192));
        assertThat(Sockets.take(port.requests).request().body()).isEqualTo(Frame.utf8("c".repeat(8192)));
    }

    @Test
    void requestRefusedForItsHeadIsAnsweredBeforeItsBody() throws IOException {
        HttpPort port = listen(HttpOptions.defaults());
        port.onHead = head -> HttpResponse.text(405, head + " refused");
        assertThat(connect(port).send(post(1 << 20)).rest())
                .startsWith("HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\n")
                .endsWith("POST / refused");
        assertThat(connect(port)
                        .send(post(1).replace(
                                        "Content-Length: 1", "Transfer-Encoding: chunked\r\nExpect: 100-continue"))
                        .rest())
                .startsWith("HTTP/1.1 405");
        assertThat(port.requests).isEmpty();
        // Without a body, the connection is kept.
        assertThat(connect(port).send(GET).response(true)).startsWith("HTTP/1.1 200 OK\r\nConnection: keep-alive");
    }

    @Test
    void unfinishedMessagesShareTheLimitOfBodies() throws IOException {
        HttpPort port = listen(
                HttpOptions.defaults().withMaxBodyBytes(4 * CHUNK).withMaxUnfinishedBytes(10 * CHUNK),
                WebSocketOptions.defaults().withMaxMessageBytes(4 * CHUNK));
        List<WebSocketPeer> peers = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            WebSocketPeer peer = WebSocketPeer.client(port.port(), "");
            peers.add(peer);
            peer.raw(peer.frame(0x01, new byte[CHUNK]));
        }
        Awaitility.await().untilAsserted(() -> {
            try (WebSocketPeer late = WebSocketPeer.client(port.port(), "")) {
                late.raw(late.frame(0x01, new byte[CHUNK]));
                assertThat(late.rest()).containsExactly("close:1013");
            }
        });
        try (HttpPeer late = new HttpPeer(port.port())) {
            assertThat(late.send(post(2 * CHUNK) + "x".repeat(2 * CHUNK)).response(true))
                    .startsWith("HTTP/1.1 503");
        }
        // A finished message, a closed connection and a violation return their bytes.
        peers.get(0).raw(peers.get(0).frame(0x80, new byte[0]));
        peers.get(1).close();
        peers.get(2).raw(peers.get(2).frame(0xff, new byte[0]));
        for (int i = 0; i < 3; i++) {
            Awaitility.await().untilAsserted(() -> {
                WebSocketPeer next = WebSocketPeer.client(port.port(), "");
                peers.add(next);
                next.raw(next.frame(0x01, new byte[CHUNK])).raw(next.frame(0x89, "x"));
                assertThat(next.next()).isEqualTo("pong:x");
            });
        }
        for (WebSocketPeer peer : peers) {
            peer.close();
        }
    }

    @Test
    void continueFollowsTheResponseToAnEarlierRequest() throws IOException {
        HttpPort port = listen(HttpOptions.defaults());
        port.onRequest = exchange -> {};
        HttpPeer peer = connect(port);
        peer.send(GET + "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
        Sockets.take(port.requests).answer(HttpResponse.text(200, "first"));
        assertThat(peer.response(true)).startsWith("HTTP/1.1 200").endsWith("first");
        assertThat(peer.response(false)).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
    }

    // ---- responses

    private static HttpResponse streamed(String... parts) {
        return HttpResponse.write(200, "text/plain", out -> {
            for (String part : parts) {
                out.write(part.getBytes(ISO_8859_1));
                out.flush();
            }
        });
    }

    @SuppressWarnings("StringConcatToTextBlock") // lines end with CR LF
    @Test
    void streamIsSentInChunksAndConnectionIsKept() throws IOException {
        HttpPeer peer = connect(respond(streamed("ab", "cde")));
        String expected = "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Type: text/plain\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n";
        peer.send(GET + GET);
        assertThat(peer.read(2 * expected.length())).isEqualTo(expected + expected);
    }

    @Test
    void streamWithLengthIsSentAsItIs() throws IOException {
        HttpPeer peer = connect(respond(streamed("ab", "cde").withHeader("Content-Length", "5")));
        assertThat(peer.send(GET).response(true))
                .isEqualTo("HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Type: text/plain\r\n"
                        + "Content-Length: 5\r\n\r\nabcde");
    }

    @Test
    void streamOfOtherLengthClosesTheConnection() throws IOException {
        HttpPort port = respond(streamed("ab", "cde").withHeader("Content-Length", "6"));
        assertThat(connect(port).send(GET).rest()).endsWith("\r\n\r\nabcde");
        HttpPort tooLong = respond(streamed("ab", "cde").withHeader("Content-Length", "4"));
        assertThat(connect(tooLong).send(GET).rest()).endsWith("\r\n\r\nab");
    }

    @Test
    void streamToHttp10EndsWithTheConnection() throws IOException {
        assertThat(connect(respond(streamed("ab", "cde")))
                        .send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                        .rest())
                .isEqualTo("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/plain\r\n\r\nabcde");
    }

    @Test
    void headOfStreamHasNoBody() throws IOException {
        AtomicLong subscriptions = new AtomicLong();
        HttpResponse response = HttpResponse.stream(200, "text/plain", subscriber -> subscriptions.incrementAndGet());
        HttpPeer peer = connect(respond(response));
        String expected = "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Type: text/plain\r\n\r\n";
        peer.send("HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\nHEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assertThat(peer.read(2 * expected.length())).isEqualTo(expected + expected);
        assertThat(subscriptions).hasValue(0);
    }

    @Test
    void failedStreamClosesWithoutTheLastChunk() throws IOException {
        HttpPort port = respond(HttpResponse.write(200, "text/plain", out -> {
            out.write(new byte[] {'a'});
            out.flush();
            throw new IOException("secret");
        }));
        assertThat(connect(port).send(GET).rest())
                .endsWith("\r\n\r\n1\r\na\r\n")
                .doesNotContain("secret");
    }

    @Test
    void publisherIsSlowedDownByPeerThatStopsReading() throws Exception {
        int total = 64 << 20;
        AtomicLong written = new AtomicLong();
        HttpPort port = respond(HttpResponse.write(200, "text/plain", out -> {
            byte[] chunk = new byte[CHUNK];
            for (int i = 0; i < total / CHUNK; i++) {
                out.write(chunk);
                written.addAndGet(CHUNK);
            }
        }));
        HttpPeer peer = connect(port).send(LAST_GET);
        long[] last = {-1};
        Awaitility.await().pollInterval(Duration.ofMillis(200)).until(() -> {
            long before = last[0];
            last[0] = written.get();
            return before > 0 && before == last[0];
        });
        assertThat(written.get()).isLessThan(total / 2);
        assertThat(peer.rest().length()).isGreaterThan(total);
        assertThat(written.get()).isEqualTo(total);
    }

    @Test
    void connectionClosesAfterTheStreamDuringWhichThePortEnds() throws Exception {
        HttpPort port = listen(HttpOptions.defaults());
        ExecutorService executor = scratch.closing(Executors.newVirtualThreadPerTaskExecutor());
        SubmissionPublisher<Frame> publisher = new SubmissionPublisher<>(executor, 4);
        port.onRequest = exchange -> exchange.answer(HttpResponse.stream(200, "text/plain", publisher));
        HttpPeer peer = connect(port).send(GET);
        Awaitility.await().until(publisher::hasSubscribers);
        CompletableFuture<Void> ended = port.end(Duration.ofSeconds(60));
        publisher.submit(Frame.utf8("last"));
        publisher.close();
        assertThat(ended).succeedsWithin(Duration.ofSeconds(9)); // less than the request time-out
        assertThat(peer.rest()).endsWith("\r\n\r\n4\r\nlast\r\n0\r\n\r\n");
    }

    @Test
    void closedConnectionCancelsTheStream() throws Exception {
        CountDownLatch failed = new CountDownLatch(1);
        HttpPort port = respond(HttpResponse.write(200, "text/plain", out -> {
            try {
                while (true) {
                    out.write(new byte[CHUNK]);
                }
            } catch (IOException closed) {
                failed.countDown();
                throw closed;
            }
        }));
        HttpPeer peer = connect(port).send(GET);
        peer.read(CHUNK);
        peer.close();
        assertThat(failed.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void peerThatStopsReadingAStreamIsDisconnected() throws Exception {
        CountDownLatch failed = new CountDownLatch(1);
        HttpPort port = listen(HttpOptions.defaults().withRequestTimeout(Duration.ofMillis(300)));
        port.onRequest = exchange -> exchange.answer(HttpResponse.write(200, "text/plain", out -> {
            try {
                while (true) {
                    out.write(new byte[CHUNK]);
                }
            } finally {
                failed.countDown();
            }
        }));
        connect(port).send(GET);
        assertThat(failed.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void slowPublisherMayTakeLongerThanTheRequestTimeout() throws Exception {
        HttpPort port = listen(HttpOptions.defaults().withRequestTimeout(Duration.ofMillis(200)));
        ExecutorService executor = scratch.closing(Executors.newVirtualThreadPerTaskExecutor());
        SubmissionPublisher<Frame> publisher = new SubmissionPublisher<>(executor, 4);
        port.onRequest = exchange -> exchange.answer(HttpResponse.stream(200, "text/plain", publisher));
        HttpPeer peer = connect(port).send(LAST_GET);
        Awaitility.await().until(publisher::hasSubscribers);
        try (HttpPeer idle = new HttpPeer(port.port())) {
            idle.rest(); // closed by the time-out
        }
        try (HttpPeer idle = new HttpPeer(port.port())) {
            idle.rest();
        }
        publisher.submit(Frame.utf8("late"));
        publisher.close();
        assertThat(peer.rest()).endsWith("\r\n\r\n4\r\nlate\r\n0\r\n\r\n");
    }
}
