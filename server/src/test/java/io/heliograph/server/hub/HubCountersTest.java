package io.heliograph.server.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.heliograph.codec.Payload;
import io.heliograph.server.CallException;
import io.heliograph.server.HubAction;
import io.heliograph.server.Permission;
import io.heliograph.server.Principal;
import io.heliograph.server.hub.TestHub.TestPeer;
import io.heliograph.server.stats.CallOutcome;
import io.heliograph.server.stats.ConnectionEnd;
import io.heliograph.server.stats.Decisions;
import io.heliograph.server.stats.EndCause;
import io.heliograph.server.stats.HubStats;
import io.heliograph.server.stats.ProcedureStats;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class HubCountersTest {

    private static HubStats stats(TestHub hub) {
        return hub.core.statistics().snapshot();
    }

    private static void call(TestHub hub, TestPeer peer, String procedure) {
        hub.run(() -> peer.connection.call(procedure, Payload.absent(hub.core.codec()), (result, failure) -> {}));
    }

    @Test
    void callsAreCountedByOutcome() {
        try (TestHub hub = TestHub.withDefaults()) {
            hub.core.procedures().register("ok", Object.class, (data, call) -> 1);
            hub.core.procedures().register("fails", Object.class, (data, call) -> {
                throw CallException.of("E", "no");
            });
            hub.core.procedures().register("hangs", Object.class, (data, call) -> new CompletableFuture<>());
            TestPeer peer = hub.connect();
            call(hub, peer, "ok");
            call(hub, peer, "ok");
            call(hub, peer, "fails");
            call(hub, peer, "hangs");
            call(hub, peer, "missing");
            assertThat(stats(hub).activeCalls()).isEqualTo(1);
            hub.loop.advance(Duration.ofSeconds(30));
            call(hub, peer, "hangs");
            hub.run(() -> peer.connection.closed(EndCause.CLIENT, "test"));

            HubStats stats = stats(hub);
            assertThat(stats.activeCalls()).isZero();
            assertThat(stats.unknownCalls()).isEqualTo(1);
            assertThat(stats.procedures())
                    .extracting(ProcedureStats::procedure, ProcedureStats::protocol, ProcedureStats::outcomes)
                    .containsExactly(
                            tuple("fails", "socket", Map.of(CallOutcome.ERROR, 1L)),
                            tuple("hangs", "socket", Map.of(CallOutcome.TIMEOUT, 1L, CallOutcome.CLOSED, 1L)),
                            tuple("ok", "socket", Map.of(CallOutcome.OK, 2L)));
            assertThat(stats.callLatency().percentile(0.79)).isLessThan(Duration.ofSeconds(1));
            assertThat(stats.callLatency().percentile(1)).isBetween(Duration.ofSeconds(30), Duration.ofSeconds(34));
        }
    }

    @Test
    void decisionsAreCountedByAction() {
        try (TestHub hub = TestHub.with(
                (who, action, name) -> name.equals("secret") ? Permission.deny("no") : Permission.allow())) {
            TestPeer peer = hub.connect();
            hub.run(() -> peer.connection.may(HubAction.SUBSCRIBE, "open"));
            hub.run(() -> peer.connection.may(HubAction.SUBSCRIBE, "secret"));
            hub.run(() -> peer.connection.may(HubAction.SUBSCRIBE, "secret"));
            assertThat(stats(hub).decisions())
                    .contains(new Decisions("subscribe", 1, 2), new Decisions("connect", 1, 0));
        }
    }

    @Test
    void endsAreKeptWithCauseAndReason() {
        try (TestHub hub = TestHub.withDefaults()) {
            TestPeer first = hub.connect();
            TestPeer second = hub.connect();
            hub.run(() -> first.connection.closed(EndCause.SLOW_CONSUMER, "1 MiB queued"));
            hub.run(() -> second.connection.closed(EndCause.CLIENT, "1000"));
            assertThat(hub.core.counters().ends())
                    .extracting(ConnectionEnd::number, each -> each.connection().id(), ConnectionEnd::cause)
                    .containsExactly(
                            tuple(2L, second.connection.id(), EndCause.CLIENT),
                            tuple(1L, first.connection.id(), EndCause.SLOW_CONSUMER));
            assertThat(hub.core.counters().ended(first.connection.hubListener()))
                    .containsExactly(Map.entry(EndCause.SLOW_CONSUMER, 1L));
        }
    }

    @Test
    void deniedConnectionEndsAsDenied() {
        try (TestHub hub = TestHub.with((who, action, name) -> Permission.deny("closed to you"))) {
            TestPeer peer = hub.connect("tcp://127.0.0.1:0", Principal.anonymous());
            hub.run(() -> peer.connection.closed(EndCause.SERVER, "1008"));
            assertThat(hub.core.counters().ends())
                    .extracting(ConnectionEnd::cause)
                    .containsExactly(EndCause.DENIED);
        }
    }

    @Test
    void onlyTheLastThousandEndsAreKept() {
        try (TestHub hub = TestHub.withDefaults()) {
            for (int i = 0; i < HubCounters.MAX_ENDS + 5; i++) {
                TestPeer peer = hub.connect();
                hub.run(() -> peer.connection.closed(EndCause.CLIENT, ""));
            }
            assertThat(hub.core.counters().ends())
                    .hasSize(HubCounters.MAX_ENDS)
                    .extracting(ConnectionEnd::number)
                    .startsWith(1005L)
                    .endsWith(6L);
        }
    }

    @Test
    void proceduresBeyondTheLimitShareCounters() {
        HubCounters counters = new HubCounters();
        counters.callEnded("helio.invented", "rpc", CallOutcome.ERROR, 1);
        for (int i = 0; i < HubCounters.MAX_PROCEDURES + 2; i++) {
            counters.callEnded("p" + i, "rpc", CallOutcome.OK, 1);
        }
        assertThat(counters.procedures())
                .hasSize(HubCounters.MAX_PROCEDURES + 1)
                .filteredOn(each -> each.procedure().equals("other"))
                .extracting(ProcedureStats::calls)
                .containsExactly(3L);
    }
}
