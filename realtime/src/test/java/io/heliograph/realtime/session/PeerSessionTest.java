package io.heliograph.realtime.session;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.DeadlineExceededException;
import io.heliograph.EventStream;
import io.heliograph.Subscription;
import io.heliograph.codec.Payload;
import io.heliograph.codec.TypeRef;
import io.heliograph.realtime.InvalidActionException;
import io.heliograph.realtime.InvalidArgumentsException;
import io.heliograph.realtime.InvalidMessageException;
import io.heliograph.realtime.RealtimeException;
import io.heliograph.realtime.RemoteValueException;
import io.heliograph.realtime.Request;
import io.heliograph.realtime.packet.WireErrors;
import io.heliograph.testkit.Checklist;
import io.heliograph.testkit.ManualEventLoop;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PeerSessionTest {

    record Sum(int a, int b) {}

    private final ManualEventLoop loop = ManualEventLoop.create();
    private final TestPeerSession here = new TestPeerSession(loop);
    private final TestPeerSession there = new TestPeerSession(loop);

    private void connect() {
        here.other = there;
        there.other = here;
    }

    private static Throwable failure(CompletableFuture<?> future) {
        assertThat(future).isCompletedExceptionally();
        return future.exceptionNow();
    }

    // ---- calls

    @Test
    @Checklist("SC 109")
    void callCompletesWithProcedureValue() {
        connect();
        there.onProcedure("sum", Sum.class, sum -> sum.a() + sum.b());
        CompletableFuture<Integer> call = here.invoke("sum", new Sum(1, 2), Integer.class);
        loop.runReady();
        assertThat(call).isCompletedWithValue(3);
        assertThat(here.sent).containsExactly("{\"event\":\"sum\",\"data\":{\"a\":1,\"b\":2},\"cid\":1}");
        assertThat(there.sent).containsExactly("{\"rid\":1,\"data\":3}");
    }

    @Test
    @Checklist({"SC 109", "SC 60"})
    void callFailsWithProcedureError() {
        connect();
        there.onProcedure(
                "sum",
                Sum.class,
                (sum, request) ->
                        request.fail(RealtimeException.of("BadSumError", "no").with("code", 7)));
        CompletableFuture<Integer> call = here.invoke("sum", new Sum(1, 2), Integer.class);
        loop.runReady();
        assertThat(failure(call)).isInstanceOfSatisfying(RealtimeException.class, e -> {
            assertThat(e.errorName()).isEqualTo("BadSumError");
            assertThat(e.message()).isEqualTo("no");
            assertThat(e.fields()).isEqualTo(Map.of("code", 7L));
        });
        assertThat(there.errors).isEmpty();
    }

    @Test
    @Checklist("SC 59")
    void procedureMayRespondWithoutValueOrWithNull() {
        connect();
        there.onProcedure("none", Payload.class, (data, request) -> request.end());
        there.onProcedure("null", Payload.class, data -> null);
        CompletableFuture<Payload> none = here.invoke("none");
        CompletableFuture<Payload> nothing = here.invoke("null", null);
        loop.runReady();
        assertThat(none.join().isPresent()).isFalse();
        assertThat(nothing.join().isPresent()).isTrue();
        assertThat(nothing.join().value()).isNull();
        assertThat(there.sent).containsExactly("{\"rid\":1}", "{\"rid\":2,\"data\":null}");
        assertThat(here.sent)
                .containsExactly("{\"event\":\"none\",\"cid\":1}", "{\"event\":\"null\",\"data\":null,\"cid\":2}");
    }

    @Test
    @Checklist("SC 62")
    void bareValueFailsCall() {
        connect();
        there.onProcedure("f", Payload.class, (data, request) -> request.failWith("just a string"));
        CompletableFuture<Payload> call = here.invoke("f");
        loop.runReady();
        assertThat(failure(call))
                .isInstanceOfSatisfying(
                        RemoteValueException.class, e -> assertThat(e.value()).isEqualTo("just a string"));
    }

    @Test
    void procedureMayRespondLater() {
        connect();
        CompletableFuture<Integer> later = new CompletableFuture<>();
        there.onProcedure("f", Payload.class, data -> later);
        CompletableFuture<Integer> call = here.invoke("f", 1, Integer.class);
        loop.runReady();
        assertThat(call).isNotDone();
        later.complete(5);
        loop.runReady();
        assertThat(call).isCompletedWithValue(5);
    }

    @Test
    @Checklist("SC 64")
    void procedureExceptionIsReportedLocallyOnly() {
        connect();
        IllegalStateException secret = new IllegalStateException("secret");
        there.onProcedure("f", Payload.class, data -> {
            throw secret;
        });
        there.onProcedure(
                "g", Payload.class, data -> CompletableFuture.failedFuture(RealtimeException.of("GError", "told")));
        there.onProcedure("h", Payload.class, data -> CompletableFuture.failedFuture(secret));
        CompletableFuture<Payload> f = here.invoke("f");
        CompletableFuture<Payload> g = here.invoke("g");
        CompletableFuture<Payload> h = here.invoke("h");
        loop.runReady();
        assertThat(failure(f)).hasMessage(WireErrors.NEUTRAL);
        assertThat(failure(g)).hasMessage("told");
        assertThat(failure(h)).hasMessage(WireErrors.NEUTRAL);
        assertThat(there.errors).containsExactly(secret, secret);
        assertThat(String.join("", there.sent)).doesNotContain("secret");
    }

    @Test
    @Checklist("SC 111")
    void requestWithoutProcedureHasNoResponse() {
        connect();
        CompletableFuture<Payload> call = here.invoke("nobody", 1);
        loop.advance(ofSeconds(9));
        assertThat(call).isNotDone();
        loop.advance(ofSeconds(1));
        assertThat(failure(call))
                .isInstanceOf(DeadlineExceededException.class)
                .hasMessage("Event response for nobody event timed out");
        assertThat(there.sent).isEmpty();
        assertThat(there.errors).isEmpty();
    }

    @Test
    @Checklist("SC 112")
    void lateResponseIsIgnored() {
        connect();
        List<Request<Integer>> requests = new ArrayList<>();
        there.onProcedure("f", Integer.class, (data, request) -> requests.add(request));
        CompletableFuture<Integer> call = here.invoke("f", 1, Integer.class);
        loop.advance(ofSeconds(10));
        assertThat(call).isCompletedExceptionally();
        requests.getFirst().end(5);
        loop.runReady();
        CompletableFuture<Integer> next = here.invoke("f", 2, Integer.class);
        loop.runReady();
        requests.get(1).end(6);
        loop.runReady();
        assertThat(next).isCompletedWithValue(6);
        assertThat(here.errors).isEmpty();
    }

    @Test
    @Checklist("SC 113")
    void callMayHaveItsOwnTimeout() {
        CompletableFuture<Integer> quick = here.invoke("f", 1, TypeRef.of(Integer.class), ofMillis(100));
        CompletableFuture<Integer> usual = here.invoke("f", 1, Integer.class);
        loop.advance(ofMillis(100));
        assertThat(quick).isCompletedExceptionally();
        assertThat(usual).isNotDone();
        assertThatThrownBy(() -> here.invoke("f", 1, TypeRef.of(Integer.class), ofMillis(0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("ackTimeout: PT0S (expected: > 0)");
    }

    @Test
    @Checklist("SC 114")
    void secondResponseIsRejected() {
        List<Request<Payload>> requests = new ArrayList<>();
        there.onProcedure("f", Payload.class, (data, request) -> requests.add(request));
        there.arrived("{\"event\":\"f\",\"cid\":7}");
        loop.runReady();
        Request<Payload> request = requests.getFirst();
        assertThat(request.id()).isEqualTo("7");
        assertThat(request.procedure()).isEqualTo("f");
        assertThat(request.hasData()).isFalse();
        assertThat(request.isSent()).isFalse();
        request.end();
        assertThat(request.isSent()).isTrue();
        for (Runnable again : List.<Runnable>of(
                request::end,
                () -> request.end(1),
                () -> request.fail("E", "m"),
                () -> request.failWith("x"),
                () -> request.fail(new IllegalStateException()))) {
            assertThatThrownBy(again::run)
                    .isInstanceOf(InvalidActionException.class)
                    .hasMessage("Response to request 7 has already been sent");
        }
        loop.runReady();
        assertThat(there.sent).containsExactly("{\"rid\":7}");
    }

    @Test
    @Checklist("SC 114")
    void consumersOfProcedureShareResponse() {
        List<Request<Integer>> typed = new ArrayList<>();
        List<Request<Payload>> plain = new ArrayList<>();
        there.onProcedure("f", Integer.class, (data, request) -> typed.add(request));
        there.onProcedure("f", Payload.class, (data, request) -> plain.add(request));
        there.arrived("{\"event\":\"f\",\"cid\":7,\"data\":3}");
        loop.runReady();
        assertThat(typed.getFirst().data()).isEqualTo(3);
        typed.getFirst().end();
        assertThat(plain.getFirst().isSent()).isTrue();
        assertThatThrownBy(plain.getFirst()::end).isInstanceOf(InvalidActionException.class);
    }

    @Test
    void requestsAreAvailableAsStream() {
        connect();
        try (EventStream<Request<Sum>> sums = there.procedure("sum", Sum.class)) {
            CompletableFuture<Integer> call = here.invoke("sum", new Sum(1, 2), Integer.class);
            loop.runReady();
            Request<Sum> request = sums.next(ofSeconds(1));
            assertThat(request.data()).isEqualTo(new Sum(1, 2));
            request.end(3);
            loop.runReady();
            assertThat(call).isCompletedWithValue(3);
        }
    }

    @Test
    void requestDataOfOtherTypeFailsAndIsReported() {
        connect();
        there.onProcedure("sum", Sum.class, sum -> 1);
        EventStream<Request<Sum>> stream = there.procedure("sum", Sum.class);
        CompletableFuture<Integer> call = here.invoke("sum", "text", Integer.class);
        loop.runReady();
        assertThat(failure(call))
                .isInstanceOf(InvalidArgumentsException.class)
                .hasMessage("The data of the request is not valid");
        assertThat(there.errors)
                .hasSize(2)
                .allSatisfy(e -> assertThat(e)
                        .isInstanceOf(InvalidMessageException.class)
                        .hasMessageContaining("request sum"));
        assertThat(there.procedures().backpressure()).isZero();
        stream.close();
    }

    @Test
    @Checklist("SC 66")
    void unencodableDataIsReportedAndNotSent() {
        List<Object> cyclic = new ArrayList<>();
        cyclic.add(cyclic);
        assertThat(here.transmit("a", cyclic)).isFalse();
        CompletableFuture<Payload> call = here.invoke("a", cyclic);
        assertThat(failure(call)).isInstanceOf(InvalidMessageException.class);
        there.onProcedure("f", Payload.class, data -> cyclic);
        there.arrived("{\"event\":\"f\",\"cid\":1}");
        loop.runReady();
        assertThat(here.sent).isEmpty();
        assertThat(there.sent)
                .containsExactly(
                        "{\"rid\":1,\"error\":{\"message\":\"The request could not be handled\",\"name\":\"Error\"}}");
        assertThat(here.errors).hasSize(2).allSatisfy(e -> assertThat(e).isInstanceOf(InvalidMessageException.class));
        assertThat(there.errors).singleElement().isInstanceOf(InvalidMessageException.class);
    }

    @Test
    void cancelledCallIgnoresResponse() {
        CompletableFuture<Payload> call = here.invoke("f");
        loop.runReady();
        assertThat(here.calls().size()).isEqualTo(1);
        call.cancel(false);
        loop.runReady();
        assertThat(here.calls().size()).isZero();
    }

    // ---- events

    @Test
    @Checklist("SC 110")
    void eventReachesReceivers() {
        connect();
        List<@Nullable Integer> received = new ArrayList<>();
        List<String> other = new ArrayList<>();
        Subscription subscription = there.onReceiver("a", TypeRef.of(Integer.class), received::add);
        there.onReceiver("b", String.class, other::add);
        EventStream<Payload> stream = there.receiver("a");
        here.transmit("a", 1);
        here.transmit("a", null);
        here.transmit("a");
        here.transmit("nobody", 5);
        loop.runReady();
        assertThat(received).containsExactly(1, null, null);
        assertThat(other).isEmpty();
        Iterator<Payload> payloads = stream.iterator();
        assertThat(payloads.next().text()).isEqualTo("1");
        assertThat(payloads.next().text()).isEqualTo("null");
        assertThat(payloads.next().isPresent()).isFalse();
        stream.close();
        subscription.close();
        here.transmit("a", 2);
        loop.runReady();
        assertThat(received).hasSize(3);
        assertThat(here.sent)
                .containsExactly(
                        "{\"event\":\"a\",\"data\":1}",
                        "{\"event\":\"a\",\"data\":null}",
                        "{\"event\":\"a\"}",
                        "{\"event\":\"nobody\",\"data\":5}",
                        "{\"event\":\"a\",\"data\":2}");
    }

    @Test
    void eventOfOtherTypeIsReported() {
        List<Integer> received = new ArrayList<>();
        there.onReceiver("a", Integer.class, received::add);
        there.arrived("[{\"event\":\"a\",\"data\":\"x\"},{\"event\":\"a\",\"data\":2}]");
        loop.runReady();
        assertThat(received).containsExactly(2);
        assertThat(there.errors)
                .singleElement()
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.throwable(InvalidMessageException.class))
                .hasMessageContaining("the event a is not a java.lang.Integer");
    }

    @Test
    @Checklist({"SC 54", "SC 55"})
    void batchIsHandledInOrderAndAnsweredSingly() {
        there.onProcedure("f", Integer.class, data -> data * 2);
        there.arrived("[{\"event\":\"f\",\"cid\":1,\"data\":1},[],{\"event\":\"f\",\"cid\":2,\"data\":2},null]");
        loop.runReady();
        assertThat(there.sent).containsExactly("{\"rid\":1,\"data\":2}", "{\"rid\":2,\"data\":4}");
        assertThat(there.raw).hasSize(2).allMatch(message -> message.startsWith("[{"));
    }

    // ---- batching

    @Test
    void packetsOfAllKindsAreBatched() {
        there.onProcedure("f", Integer.class, data -> data * 2);
        there.startBatch();
        there.transmit("a", 1);
        loop.runReady();
        there.arrived("{\"event\":\"f\",\"cid\":1,\"data\":1}");
        there.invoke("g", 3);
        loop.runReady();
        assertThat(there.sent).isEmpty();
        there.flushBatch();
        loop.runReady();
        assertThat(there.sent)
                .containsExactly(
                        "[{\"event\":\"a\",\"data\":1},{\"rid\":1,\"data\":2},{\"event\":\"g\",\"data\":3,\"cid\":1}]");
        there.startBatch();
        there.transmit("lost");
        there.cancelBatch();
        there.startBatching();
        there.transmit("kept");
        loop.advance(ofMillis(50));
        there.transmit("last");
        there.stopBatching();
        there.startBatching();
        there.transmit("lost");
        there.cancelBatching();
        there.transmit("single");
        loop.runReady();
        assertThat(there.sent.subList(1, there.sent.size()))
                .containsExactly("[{\"event\":\"kept\"}]", "[{\"event\":\"last\"}]", "{\"event\":\"single\"}");
    }

    @Test
    void backpressureIsMaximumOfReceiversAndProcedures() {
        EventStream<Payload> events = there.receiver("a");
        EventStream<Request<Payload>> requests = there.procedure("f");
        there.arrived("[{\"event\":\"a\"},{\"event\":\"f\",\"cid\":1},{\"event\":\"f\",\"cid\":2}]");
        loop.runReady();
        assertThat(there.receivers().backpressure("a")).isEqualTo(1);
        assertThat(there.backpressure()).isEqualTo(2);
        there.procedures().killAll();
        assertThat(there.backpressure()).isEqualTo(1);
        events.close();
        requests.close();
        assertThat(there.backpressure()).isZero();
    }
}
