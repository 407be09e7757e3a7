package io.heliograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.DeadlineExceededException;
import io.heliograph.HeliographException;
import io.heliograph.UnreachableException;
import io.heliograph.frame.Frame;
import io.heliograph.http.HttpHeaders;
import io.heliograph.http.HttpRequest;
import io.heliograph.http.HttpResponse;
import io.heliograph.transport.HttpAcceptHandler;
import io.heliograph.transport.HttpOptions;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.Transport;
import io.heliograph.transport.WebSocketOptions;
import io.heliograph.transport.WebSocketTarget;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** WebSockets whose time is the test's. */
class InMemoryWebSocketTest {

    private static final Address HERE = new Address.Tcp("localhost", 8000);
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final ManualClock clock = new ManualClock();
    private final ManualEventLoop loop = clock.newLoop();
    private final InMemoryTransport network = InMemoryTransport.on(loop);
    private final RecordingHandler called = new RecordingHandler();
    private final RecordingHandler caller = new RecordingHandler();
    private final List<HttpAcceptHandler.Upgrade> upgrades = new ArrayList<>();
    private final List<HeliographException> failures = new ArrayList<>();
    private WebSocketOptions serving = WebSocketOptions.defaults();
    private boolean answering = true;

    @BeforeEach
    void listen() {
        network.listen(HERE, null, HttpOptions.defaults(), new HttpAcceptHandler() {
            @Override
            public void request(Exchange exchange) {
                exchange.answer(HttpResponse.text(200, exchange.request().target()));
            }

            @Override
            public void upgrade(Upgrade upgrade) {
                upgrades.add(upgrade);
                if (answering) {
                    upgrade.accept(serving, null, called::on);
                }
            }

            @Override
            public void failed(HeliographException cause) {
                failures.add(cause);
            }
        });
    }

    private Transport.Attempt connect(WebSocketOptions options) {
        WebSocketTarget target = WebSocketTarget.of(URI.create("ws://localhost:8000/a?b"), Optional.empty());
        Transport.Attempt attempt = network.connect(target, loop, options, new Transport.ConnectHandler() {
            @Override
            public LinkHandler connected(Link link) {
                return caller.on(link);
            }

            @Override
            public void failed(HeliographException cause) {
                failures.add(cause);
            }
        });
        loop.runReady();
        return attempt;
    }

    private static void assertFailed(@Nullable CloseReason reason, Class<?> cause) {
        assertThat(reason)
                .isInstanceOfSatisfying(
                        CloseReason.Failed.class,
                        failed -> assertThat(failed.cause()).isInstanceOf(cause));
    }

    @Test
    void requestHasTheFieldsOfTheClient() {
        connect(WebSocketOptions.defaults());
        HttpRequest request = upgrades.getFirst().request();
        assertThat(request.path()).isEqualTo("/a");
        assertThat(request.query()).contains("b");
        assertThat(request.headers().first("host")).contains("localhost:8000");
        assertThat(request.headers().first("Sec-WebSocket-Version")).contains("13");
        caller.link().send(Frame.utf8("hello").asText());
        loop.runReady();
        assertThat(called.frames()).containsExactly(Frame.utf8("hello"));
    }

    @Test
    void pingsKeepSilentLinkOpen() {
        serving = serving.withPingInterval(SECOND);
        connect(WebSocketOptions.defaults());
        clock.advance(Duration.ofMinutes(1));
        assertThat(called.reason()).isNull();
        assertThat(caller.frames()).isEmpty();
    }

    @Test
    void unansweredPingDisconnects() {
        serving = serving.withPingInterval(SECOND);
        connect(WebSocketOptions.defaults());
        clock.advance(Duration.ofMillis(900));
        caller.link().reading(false); // and so answers no ping
        clock.advance(Duration.ofSeconds(5));
        assertFailed(called.reason(), DeadlineExceededException.class);
    }

    @Test
    void unansweredCloseFrameTimesOut() {
        serving = serving.withCloseTimeout(SECOND);
        connect(WebSocketOptions.defaults());
        caller.link().reading(false);
        called.link().end(4000, "");
        clock.advance(Duration.ofMillis(999));
        assertThat(called.reason()).isNull();
        clock.advance(Duration.ofMillis(1));
        assertFailed(called.reason(), DeadlineExceededException.class);
    }

    @Test
    void brokenConnectionFailsBothSides() {
        connect(WebSocketOptions.defaults());
        network.cut(HERE);
        loop.runReady();
        assertFailed(called.reason(), HeliographException.class);
        assertFailed(caller.reason(), HeliographException.class);
    }

    @Test
    void slowServerIsUnreachable() {
        answering = false;
        connect(WebSocketOptions.defaults());
        assertThat(upgrades.getFirst().isOpen()).isTrue();
        clock.advance(Duration.ofSeconds(20));
        assertThat(failures).hasSize(1);
        assertThat(failures.getFirst()).isInstanceOf(UnreachableException.class);
        assertThat(upgrades.getFirst().isOpen()).isFalse();
        upgrades.getFirst().accept(serving, null, called::on);
        loop.runReady();
        assertThat(network.openLinks()).isZero();
    }

    @Test
    void attemptMayBeCanceledBeforeTheDecision() {
        answering = false;
        Transport.Attempt attempt = connect(WebSocketOptions.defaults());
        upgrades.getFirst().accept(serving, null, called::on);
        loop.execute(attempt::cancel);
        loop.runReady();
        assertThat(failures).isEmpty();
        assertThat(caller.reason()).isNull();
        assertThat(network.openLinks()).isZero();
    }

    @Test
    void ordinaryRequestsAreAnswered() {
        var answer = network.request(new HttpRequest("GET", "/page", HttpHeaders.empty(), HERE, false, Frame.empty()));
        loop.runReady();
        assertThat(answer).isDone();
        assertThat(answer.join().body()).isEqualTo(Frame.utf8("/page"));
    }
}
