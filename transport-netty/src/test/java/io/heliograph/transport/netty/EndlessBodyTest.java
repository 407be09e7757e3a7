package io.heliograph.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.frame.Frame;
import io.heliograph.http.EndlessBody;
import io.heliograph.http.HttpResponse;
import io.heliograph.testkit.RecordingHandler;
import io.heliograph.testkit.Scratch;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.HttpAcceptHandler.Exchange;
import io.heliograph.transport.HttpOptions;
import io.heliograph.transport.WebSocketOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Responses whose body has no end. */
class EndlessBodyTest {

    private static final String GET = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

    @RegisterExtension
    final Scratch scratch = new Scratch();

    /** Body that publishes one frame and records whether its methods run on the event loop of the connection. */
    private static final class Body implements EndlessBody, Flow.Subscription {

        final CompletableFuture<Boolean> subscribed = new CompletableFuture<>();
        final CompletableFuture<Boolean> requested = new CompletableFuture<>();
        final CompletableFuture<Boolean> canceled = new CompletableFuture<>();
        private volatile @Nullable EventLoop loop;
        private Flow.@Nullable Subscriber<? super Frame> subscriber;

        void answer(Exchange exchange) {
            loop = exchange.loop();
            exchange.answer(HttpResponse.stream(200, "text/event-stream", this));
        }

        private boolean inLoop() {
            EventLoop own = loop;
            return own != null && own.inLoop();
        }

        @Override
        public void subscribe(Flow.Subscriber<? super Frame> given) {
            subscriber = given;
            subscribed.complete(inLoop());
            given.onSubscribe(this);
        }

        @Override
        public void request(long count) {
            if (requested.complete(inLoop()) && subscriber != null) {
                subscriber.onNext(Frame.utf8("data: 1\n\n"));
            }
        }

        @Override
        public void cancel() {
            canceled.complete(inLoop());
        }
    }

    private HttpPort respond(boolean nio, Body body) {
        Sockets sockets = scratch.closing(new Sockets(nio ? Engine.NIO : Engine.choose(null)));
        HttpPort port = HttpPort.listen(
                sockets.transport,
                HttpPort.ANY,
                HttpOptions.defaults(),
                WebSocketOptions.defaults(),
                RecordingHandler::new);
        port.onRequest = body::answer;
        return port;
    }

    @SuppressWarnings("StringConcatToTextBlock") // lines end with CR LF
    private HttpPeer connect(HttpPort port) throws IOException {
        HttpPeer peer = scratch.closing(new HttpPeer(port.port())).send(GET);
        String expected = "HTTP/1.1 200 OK\r\n"
                + "Connection: close\r\n"
                + "Content-Type: text/event-stream\r\n"
                + "Transfer-Encoding: chunked\r\n"
                + "\r\n"
                + "9\r\ndata: 1\n\n\r\n";
        assertThat(peer.read(expected.length())).isEqualTo(expected);
        return peer;
    }

    private static boolean await(CompletableFuture<Boolean> future) {
        return future.orTimeout(10, TimeUnit.SECONDS).join();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void closedPeerCancelsTheBodyOnTheLoop(boolean nio) throws IOException {
        Body body = new Body();
        HttpPeer peer = connect(respond(nio, body));
        assertThat(await(body.subscribed)).isTrue();
        assertThat(await(body.requested)).isTrue();
        assertThat(body.canceled).isNotDone();
        peer.close();
        assertThat(await(body.canceled)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void endOfThePeersOutputCancelsTheBody(boolean nio) throws IOException {
        Body body = new Body();
        HttpPeer peer = connect(respond(nio, body));
        peer.socket.shutdownOutput();
        assertThat(await(body.canceled)).isTrue();
        assertThat(peer.rest()).isEmpty();
    }

    @Test
    void furtherRequestsAreDiscarded() throws IOException {
        Body body = new Body();
        HttpPort port = respond(false, body);
        HttpPeer peer = connect(port);
        peer.send(GET.repeat(1000));
        peer.socket.shutdownOutput();
        assertThat(await(body.canceled)).isTrue();
        assertThat(port.requests).hasSizeLessThanOrEqualTo(1);
    }

    @Test
    void responseAfterTheCloseCancelsTheBody() throws Exception {
        Body body = new Body();
        HttpPort port = respond(false, body);
        port.onRequest = exchange -> {};
        HttpPeer peer = scratch.closing(new HttpPeer(port.port())).send(GET);
        Exchange exchange = Sockets.take(port.requests);
        peer.close();
        body.answer(exchange);
        assertThat(await(body.canceled)).isTrue();
    }

    @Test
    void headRequestCancelsTheBody() throws IOException {
        Body body = new Body();
        HttpPort port = respond(false, body);
        scratch.closing(new HttpPeer(port.port())).send(GET.replace("GET", "HEAD"));
        assertThat(await(body.canceled)).isTrue();
        assertThat(body.requested).isNotDone();
    }

    @Test
    void gracefulCloseEndsTheBody() throws IOException {
        Body body = new Body();
        HttpPort port = respond(false, body);
        HttpPeer peer = connect(port);
        port.end(Duration.ofSeconds(30));
        assertThat(peer.rest()).isEqualTo("0\r\n\r\n");
        assertThat(await(body.canceled)).isTrue();
    }
}
