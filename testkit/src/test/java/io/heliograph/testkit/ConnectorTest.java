package io.heliograph.testkit;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.CloseReason;
import io.heliograph.HeliographException;
import io.heliograph.UnreachableException;
import io.heliograph.endpoint.Connector;
import io.heliograph.endpoint.Connector.State;
import io.heliograph.endpoint.ReconnectPolicy;
import io.heliograph.frame.Frame;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class ConnectorTest extends ConnectorFixture {

    // connecting -----------------------------------------------------------------------------

    @Test
    void connectsOnce() {
        listen();
        assertThat(connector.state()).isEqualTo(State.NEW);
        connector.connect();
        connector.connect();
        loop.runReady();
        connector.connect();
        loop.runReady();
        assertThat(connector.state()).isEqualTo(State.OPEN);
        assertThat(events).containsExactly("0 connected");
        assertThat(transport.attempts()).isEqualTo(1);
        assertThat(connector.link()).isNotNull();
    }

    @Test
    void framesReachTheHandler() {
        listen();
        connect();
        accepted.getFirst().link().send(Frame.utf8("hello"));
        Objects.requireNonNull(connector.link()).send(Frame.utf8("good day"));
        loop.runReady();
        assertThat(handler.frames()).containsExactly(Frame.utf8("hello"));
        assertThat(accepted.getFirst().frames()).containsExactly(Frame.utf8("good day"));
    }

    @Test
    void retryDelayGrowsByAttempt() {
        connect();
        assertThat(connector.state()).isEqualTo(State.WAITING);
        loop.advance(ofMillis(699));
        assertThat(events).containsExactly("0 failed", "100 failed", "300 failed");
        listen();
        loop.advance(ofMillis(1));
        assertThat(events).endsWith("700 connected");
        assertThat(transport.attempts()).isEqualTo(4);
    }

    @Test
    void unansweredAttemptTimesOut() {
        listen();
        transport.hang(PLACE);
        connect();
        assertThat(connector.state()).isEqualTo(State.CONNECTING);
        loop.advance(ofMillis(3_099));
        assertThat(events).containsExactly("3000 failed");
        transport.allow(PLACE);
        loop.advance(ofMillis(1));
        assertThat(events).endsWith("3100 connected");
    }

    // loss -----------------------------------------------------------------------------------

    @Test
    void lostConnectionIsReplacedAfterReconnectDelay() {
        listen();
        connect();
        loop.advance(ofSeconds(1));
        loseConnection();
        assertThat(connector.state()).isEqualTo(State.WAITING);
        assertThat(connector.link()).isNull();
        loop.advance(ofMillis(7));
        assertThat(events).containsExactly("0 connected", "link closed", "1000 lost Remote", "1007 connected again");
        assertThat(connector.state()).isEqualTo(State.OPEN);
        assertThat(connector.link()).isNotNull();
    }

    @Test
    void lossResetsTheRetryDelay() {
        connect();
        loop.advance(ofMillis(250));
        listen();
        loop.advance(ofMillis(50));
        assertThat(events).endsWith("300 connected");
        transport.refuse(PLACE);
        loseConnection();
        loop.advance(ofMillis(400));
        assertThat(events.subList(5, events.size())).containsExactly("307 failed", "407 failed", "607 failed");
    }

    @Test
    void brokenConnectionIsReplaced() {
        listen();
        connect();
        transport.cut(PLACE);
        loop.advance(ofMillis(7));
        assertThat(events).containsExactly("0 connected", "link closed", "0 lost Failed", "7 connected again");
    }

    @Test
    void linkWithEndedInputIsNotOpen() {
        listen();
        connect();
        accepted.getFirst().link().end();
        Objects.requireNonNull(connector.link());
        AtomicBoolean open = new AtomicBoolean(true);
        onInputEnded = () -> open.set(connector.link() != null);
        loop.runReady();
        assertThat(open).isFalse();
    }

    @Test
    void policyMayStopReconnection() {
        connector = connector(new ReconnectPolicy(RETRY, RECONNECT, 0, ZERO, false));
        connect();
        listen();
        loop.advance(ofMillis(100));
        loseConnection();
        assertThat(events)
                .containsExactly("0 failed", "100 connected", "link closed", "100 lost Remote", "100 closed Remote");
        assertThat(connector.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void returningServerIsFound() {
        listen();
        connect();
        Objects.requireNonNull(acceptor).close();
        loseConnection();
        loop.advance(ofMillis(250));
        listen();
        loop.advance(ofMillis(100));
        assertThat(events)
                .containsExactly(
                        "0 connected", "link closed", "0 lost Remote", "7 failed", "107 failed", "307 connected again");
    }

    // pace -----------------------------------------------------------------------------------

    @Test
    void delayBeginsWhenTheListenerProceeds() throws InterruptedException {
        List<Runnable> proceeds = new ArrayList<>();
        onPause = proceeds::add;
        connect();
        loop.advance(ofSeconds(10));
        assertThat(events).containsExactly("0 failed");
        assertThat(loop.timers()).isZero();
        Thread elsewhere = Thread.ofPlatform().start(proceeds.getFirst());
        elsewhere.join();
        loop.advance(ofMillis(100));
        assertThat(events).containsExactly("0 failed", "10100 failed");
    }

    @Test
    void proceedCountsOnceForItsAttempt() {
        List<Runnable> proceeds = new ArrayList<>();
        onPause = proceeds::add;
        connect();
        proceeds.getFirst().run();
        proceeds.getFirst().run();
        loop.runReady();
        assertThat(loop.timers()).isEqualTo(1);
        loop.advance(ofMillis(100));
        assertThat(events).containsExactly("0 failed", "100 failed");
        proceeds.getFirst().run();
        loop.advance(ofSeconds(10));
        assertThat(events).containsExactly("0 failed", "100 failed");
        assertThat(transport.attempts()).isEqualTo(2);
    }

    // limits ---------------------------------------------------------------------------------

    @Test
    void attemptsAreLimited() {
        connector = connector(new ReconnectPolicy(RETRY, RECONNECT, 3, ZERO, true));
        connect();
        loop.advance(ofSeconds(10));
        assertThat(events).containsExactly("0 failed", "100 failed", "300 failed", "300 closed Failed");
        assertThat(connector.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void lossResetsTheNumberOfAttempts() {
        connector = connector(new ReconnectPolicy(RETRY, RECONNECT, 2, ZERO, true));
        connect();
        listen();
        loop.advance(ofMillis(100));
        transport.refuse(PLACE);
        loseConnection();
        loop.advance(ofSeconds(10));
        assertThat(events)
                .containsExactly(
                        "0 failed",
                        "100 connected",
                        "link closed",
                        "100 lost Remote",
                        "107 failed",
                        "207 failed",
                        "207 closed Failed");
    }

    @Test
    void timeOfAttemptsIsLimited() {
        connector = connector(new ReconnectPolicy(RETRY, RECONNECT, 0, ofMillis(300), true));
        connect();
        loop.advance(ofSeconds(10));
        assertThat(events).containsExactly("0 failed", "100 failed", "300 failed", "300 closed Failed");
    }

    @Test
    void giveUpReportsAttemptsAndCause() {
        List<CloseReason> reasons = new ArrayList<>();
        Connector once = new Connector(
                transport,
                loop,
                PLACE,
                OPTIONS,
                new ReconnectPolicy(RETRY, RECONNECT, 1, ZERO, true),
                new Random(1),
                new Connector.Listener() {
                    @Override
                    public LinkHandler connected(Link link, boolean again) {
                        return handler;
                    }

                    @Override
                    public void attemptFailed(HeliographException c, Runnable proceed) {
                        proceed.run();
                    }

                    @Override
                    public void lost(CloseReason reason, Runnable proceed) {}

                    @Override
                    public void closed(CloseReason reason) {
                        reasons.add(reason);
                    }
                });
        once.connect();
        loop.runReady();
        assertThat(reasons).hasSize(1);
        assertThat(((CloseReason.Failed) reasons.getFirst()).cause())
                .isInstanceOf(UnreachableException.class)
                .hasMessage("gave up after 1 attempt: connect ECONNREFUSED unix:/memory/server")
                .hasCauseInstanceOf(UnreachableException.class);
    }
}
