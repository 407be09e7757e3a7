package io.heliograph.testkit;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.endpoint.Connector.State;
import io.heliograph.frame.Frame;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ConnectorCloseTest extends ConnectorFixture {

    @Test
    void connectorClosedBeforeStartNeverConnects() {
        connector.close(ZERO);
        connect();
        assertThat(events).containsExactly("0 closed Local");
        assertThat(transport.attempts()).isZero();
    }

    @Test
    void closeCancelsAnAttempt() {
        transport.hang(PLACE);
        connect();
        connector.close(ofSeconds(5));
        loop.runReady();
        assertThat(events).containsExactly("0 closed Local");
    }

    @Test
    void closeCancelsARetryDelay() {
        connect();
        connector.close(ofSeconds(5));
        loop.advance(ofSeconds(10));
        assertThat(events).containsExactly("0 failed", "0 closed Local");
    }

    @Test
    void closeWithinFailureStopsAttempts() {
        onPause = proceed -> {
            connector.close(ofSeconds(5));
            proceed.run();
        };
        connect();
        loop.advance(ofSeconds(10));
        assertThat(events).containsExactly("0 failed", "0 closed Local");
        assertThat(transport.attempts()).isEqualTo(1);
    }

    @Test
    void closeWithinLossStopsAttempts() {
        listen();
        connect();
        onPause = proceed -> {
            connector.close(ofSeconds(5));
            proceed.run();
        };
        loseConnection();
        loop.advance(ofSeconds(10));
        assertThat(events).containsExactly("0 connected", "link closed", "0 lost Remote", "0 closed Local");
    }

    @Test
    void closeWritesTheQueueFirst() {
        listen();
        connect();
        Objects.requireNonNull(connector.link()).send(Frame.utf8("last words"));
        connector.close(ofSeconds(5));
        loop.runReady();
        assertThat(accepted.getFirst().frames()).containsExactly(Frame.utf8("last words"));
        assertThat(events).containsExactly("0 connected", "link closed", "0 closed Local");
        assertThat(loop.timers()).isZero();
    }

    @Test
    void closingConnectorDeliversFramesWithoutAnOpenLink() {
        serverEnds = false;
        listen();
        connect();
        connector.close(ofSeconds(5));
        loop.runReady();
        assertThat(connector.state()).isEqualTo(State.CLOSING);
        assertThat(connector.link()).isNull();
        accepted.getFirst().link().send(Frame.utf8("late"));
        loop.runReady();
        assertThat(handler.frames()).containsExactly(Frame.utf8("late"));
        accepted.getFirst().link().end();
        loop.runReady();
        assertThat(events).containsExactly("0 connected", "link closed", "0 closed Local");
    }

    @Test
    void lingerExpiryAbortsTheLink() {
        serverEnds = false;
        listen();
        connect();
        connector.close(ofSeconds(5));
        loop.advance(ofMillis(4_999));
        assertThat(connector.state()).isEqualTo(State.CLOSING);
        loop.advance(ofMillis(1));
        assertThat(events).containsExactly("0 connected", "link closed", "5000 closed Local");
    }

    @Test
    void secondCloseDoesNotExtendTheLinger() {
        serverEnds = false;
        listen();
        connect();
        connector.close(ofSeconds(5));
        connector.close(ofSeconds(60));
        loop.advance(ofSeconds(10));
        assertThat(events).containsExactly("0 connected", "link closed", "5000 closed Local");
    }

    @Test
    void secondCloseMayOnlyShortenTheLinger() {
        serverEnds = false;
        listen();
        connect();
        connector.close(ofSeconds(5));
        loop.advance(ofSeconds(1));
        connector.close(ofSeconds(60));
        loop.advance(ofSeconds(1));
        connector.close(ofSeconds(1));
        loop.advance(ofSeconds(10));
        assertThat(events).containsExactly("0 connected", "link closed", "3000 closed Local");
    }

    @Test
    void lossDuringCloseIsNotReported() {
        serverEnds = false;
        listen();
        connect();
        connector.close(ofSeconds(5));
        loop.runReady();
        transport.cut(PLACE);
        loop.runReady();
        assertThat(events).containsExactly("0 connected", "link closed", "0 closed Local");
    }

    @Test
    void pendingLossIsNotReportedAfterClose() {
        listen();
        connect();
        transport.cut(PLACE);
        connector.close(ofSeconds(5));
        loop.runReady();
        assertThat(events).containsExactly("0 connected", "link closed", "0 closed Local");
    }

    @Test
    void pendingFailureIsNotReportedAfterClose() {
        connector.connect();
        loop.execute(() -> connector.close(ZERO));
        loop.runReady();
        assertThat(events).containsExactly("0 closed Local");
    }

    @Test
    void closedConnectorStaysClosed() {
        connector.close(ZERO);
        loop.runReady();
        connector.close(ZERO);
        connector.connect();
        loop.runReady();
        assertThat(events).containsExactly("0 closed Local");
    }
}
