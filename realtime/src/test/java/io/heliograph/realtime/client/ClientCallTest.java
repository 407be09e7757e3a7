package io.heliograph.realtime.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.DropReason;
import io.heliograph.QueueFullException;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import io.heliograph.realtime.BadConnectionException;
import io.heliograph.realtime.InvalidActionException;
import io.heliograph.realtime.InvalidMessageException;
import io.heliograph.realtime.RealtimeClient;
import io.heliograph.realtime.RealtimeException;
import io.heliograph.realtime.RemoteValueException;
import io.heliograph.realtime.SocketState;
import io.heliograph.realtime.TimeoutException;
import io.heliograph.testkit.Checklist;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClientCallTest {

    record Sum(int a, int b) {}

    private ScriptedClient scripted = new ScriptedClient();

    private void with(java.util.function.Consumer<RealtimeClient.Builder> options) {
        scripted.close();
        scripted = new ScriptedClient(options);
    }

    @AfterEach
    void close() {
        scripted.close();
    }

    private Throwable failure(CompletableFuture<?> future) {
        scripted.server.run();
        assertThat(future).isCompletedExceptionally();
        return future.handle((value, failure) ->
                        failure instanceof CompletionException wrapped ? wrapped.getCause() : failure)
                .join();
    }

    // ---- calls of the client's

    @Test
    @Checklist("SC 109")
    void callCompletesWithResponseValue() {
        ScriptedLink link = scripted.open();
        CompletableFuture<Integer> sum = scripted.client.invoke("sum", new Sum(1, 2), Integer.class);
        assertThat(link.next()).isEqualTo("{\"event\":\"sum\",\"data\":{\"a\":1,\"b\":2},\"cid\":2}");
        link.receive("{\"rid\":2,\"data\":3}");

        assertThat(sum).isCompletedWithValue(3);
    }

    @Test
    @Checklist("SC 59")
    void missingValueDiffersFromNull() {
        ScriptedLink link = scripted.open();
        CompletableFuture<Payload> none = scripted.client.invoke("none");
        CompletableFuture<Payload> nothing = scripted.client.invoke("null", null);
        assertThat(link.all())
                .containsExactly("{\"event\":\"none\",\"cid\":2}", "{\"event\":\"null\",\"data\":null,\"cid\":3}");
        link.receive("{\"rid\":2}", "{\"rid\":3,\"data\":null}");

        assertThat(none.join().isPresent()).isFalse();
        assertThat(nothing.join().isPresent()).isTrue();
        assertThat(nothing.join().value()).isNull();
    }

    @Test
    @Checklist({"SC 60", "SC 109"})
    void callFailsWithResponseError() {
        ScriptedLink link = scripted.open();
        CompletableFuture<Payload> call = scripted.client.invoke("bad", 1);
        link.receive(
                "{\"rid\":2,\"error\":{\"message\":\"not a number\",\"name\":\"BadCustomError\",\"code\":7,\"stack\":\"at x\"}}");

        assertThat(failure(call)).isInstanceOfSatisfying(RealtimeException.class, error -> {
            assertThat(error.errorName()).isEqualTo("BadCustomError");
            assertThat(error.message()).isEqualTo("not a number");
            assertThat(error.fields()).containsExactly(Map.entry("code", 7L));
        });
    }

    @Test
    @Checklist("SC 61")
    void errorWithoutNameIsNamedError() {
        scripted.open();
        CompletableFuture<Payload> call = scripted.client.invoke("bad", 1);
        scripted.server.link().receive("{\"rid\":2,\"error\":{\"message\":\"m\"}}");

        assertThat(((RealtimeException) failure(call)).errorName()).isEqualTo("Error");
    }

    @Test
    @Checklist("SC 62")
    void errorMayBeString() {
        scripted.open();
        CompletableFuture<Payload> call = scripted.client.invoke("bad", 1);
        scripted.server.link().receive("{\"rid\":2,\"error\":\"just a string\"}");

        assertThat(failure(call))
                .isInstanceOfSatisfying(
                        RemoteValueException.class,
                        error -> assertThat(error.value()).isEqualTo("just a string"));
    }

    @Test
    void undecodableErrorFailsCall() {
        ScriptedLink link = scripted.open();
        CompletableFuture<Payload> call = scripted.client.invoke("a");
        link.next();
        // A number longer than any that is read.
        link.receive("{\"rid\":2,\"error\":" + "1".repeat(5000) + "}");

        assertThat(failure(call))
                .isInstanceOf(InvalidMessageException.class)
                .hasMessage("The error of the response cannot be decoded");
        assertThat(scripted.client.state()).isEqualTo(SocketState.OPEN);
    }

    @Test
    void falsyErrorIsIgnored() {
        // Q9
        ScriptedLink link = scripted.open();
        CompletableFuture<Payload> call = scripted.client.invoke("odd", 1);
        link.receive("{\"rid\":2,\"error\":0,\"data\":5}");

        assertThat(call.join().as(Integer.class)).isEqualTo(5);
    }

    @Test
    @Checklist("SC 58")
    void unexpectedResponseIsIgnored() {
        ScriptedLink link = scripted.open();
        link.receive("{\"rid\":77,\"data\":1}", "{\"rid\":-1}", "{\"rid\":1.5}", "{\"rid\":1e99}");

        assertThat(scripted.events()).isEmpty();
    }

    @Test
    @Checklist({"SC 111", "SC 112"})
    void callWithoutResponseTimesOut() {
        ScriptedLink link = scripted.open();
        CompletableFuture<Payload> call = scripted.client.invoke("slow", 1);
        link.next();
        scripted.server.advance(Duration.ofMillis(9_999));
        assertThat(call).isNotDone();
        scripted.server.advance(Duration.ofMillis(1));

        assertThat(failure(call))
                .isInstanceOf(TimeoutException.class)
                .hasMessage("Event response for slow event timed out");
        link.receive("{\"rid\":2,\"data\":1}");
        assertThat(failure(call)).isInstanceOf(TimeoutException.class);
        assertThat(scripted.events()).isEmpty();
    }

    @Test
    @Checklist("SC 113")
    void callMayHaveItsOwnTimeout() {
        scripted.open();
        CompletableFuture<Payload> call =
                scripted.client.invoke("slow", 1, io.heliograph.codec.TypeRef.of(Payload.class), Duration.ofMillis(50));
        scripted.server.advance(Duration.ofMillis(50));

        assertThat(failure(call)).isInstanceOf(TimeoutException.class);
    }

    @Test
    void cancelledCallIgnoresResponse() {
        ScriptedLink link = scripted.open();
        CompletableFuture<Payload> call = scripted.client.invoke("slow", 1);
        link.next();
        call.cancel(false);
        link.receive("{\"rid\":2,\"data\":1}");

        assertThat(call).isCancelled();
        assertThat(scripted.events()).isEmpty();
    }

    @Test
    @Checklist({"SC 66", "SC 67"})
    void unencodableDataIsNotSent() {
        ScriptedLink link = scripted.open();
        Map<String, @Nullable Object> cyclic = new LinkedHashMap<>();
        cyclic.put("self", cyclic);
        CompletableFuture<Payload> call = scripted.client.invoke("event", cyclic);

        assertThat(scripted.client.transmit("event", cyclic)).isFalse();
        assertThat(failure(call)).isInstanceOf(InvalidMessageException.class);
        assertThat(scripted.events())
                .hasSize(2)
                .allSatisfy(event -> assertThat(event).startsWith("error InvalidMessageError"));
        link.nothing();
    }

    @Test
    void responseOfOtherTypeFailsCall() {
        ScriptedLink link = scripted.open();
        CompletableFuture<Integer> call = scripted.client.invoke("sum", 1, Integer.class);
        link.receive("{\"rid\":2,\"data\":\"three\"}");

        assertThat(failure(call)).isInstanceOf(InvalidMessageException.class).hasMessageContaining("sum");
    }

    // ---- calls of the server's

    @Test
    @Checklist("SC 110")
    void transmitReachesReceiver() {
        List<Sum> received = new ArrayList<>();
        scripted.client.onReceiver("sum", Sum.class, received::add);
        ScriptedLink link = scripted.open();
        link.receive("{\"event\":\"sum\",\"data\":{\"a\":1,\"b\":2}}", "{\"event\":\"other\",\"data\":1}");

        assertThat(received).containsExactly(new Sum(1, 2));
        link.nothing();
    }

    @Test
    @Checklist("SC 57")
    void stringAsRequestNumberMakesEventOneWay() {
        List<Object> received = new ArrayList<>();
        scripted.client.onReceiver("e", Object.class, received::add);
        ScriptedLink link = scripted.open();
        link.receive("{\"event\":\"e\",\"data\":1,\"cid\":\"7f3c\"}");

        assertThat(received).containsExactly(1L);
        link.nothing();
    }

    @Test
    void procedureRespondsWithReturnValue() {
        scripted.client.onProcedure("sum", Sum.class, sum -> sum.a() + sum.b());
        ScriptedLink link = scripted.open();
        link.receive("{\"event\":\"sum\",\"cid\":0,\"data\":{\"a\":1,\"b\":2}}");

        assertThat(link.next()).isEqualTo("{\"rid\":0,\"data\":3}");
    }

    @Test
    @Checklist({"SC 60", "SC 62", "SC 63", "SC 64"})
    void procedureErrorsAreSentWithoutStackTraces() {
        scripted.client.onProcedure("fail", Object.class, (data, request) -> {
            Map<String, @Nullable Object> shared = new LinkedHashMap<>();
            shared.put("self", shared);
            request.fail(RealtimeException.of("DemoError", "demanded").with("why", shared));
        });
        scripted.client.onProcedure("text", Object.class, (data, request) -> request.failWith("just a string"));
        scripted.client.onProcedure("stray", Object.class, data -> {
            throw new IllegalStateException("secret");
        });
        ScriptedLink link = scripted.open();
        link.receive(
                "{\"event\":\"fail\",\"cid\":1}", "{\"event\":\"text\",\"cid\":2}", "{\"event\":\"stray\",\"cid\":3}");

        assertThat(link.all())
                .containsExactly(
                        "{\"rid\":1,\"error\":{\"message\":\"demanded\",\"name\":\"DemoError\",\"why\":{\"self\":{\"$ref\":\"$[\\\"why\\\"]\"}}}}",
                        "{\"rid\":2,\"error\":\"just a string\"}",
                        "{\"rid\":3,\"error\":{\"message\":\"The request could not be handled\",\"name\":\"Error\"}}");
        assertThat(scripted.events()).containsExactly("error java.lang.IllegalStateException: secret");
    }

    @Test
    @Checklist({"SC 59", "SC 114"})
    void requestIsAnsweredOnce() {
        AtomicReference<@Nullable Throwable> second = new AtomicReference<>();
        scripted.client.onProcedure("twice", Object.class, (data, request) -> {
            request.end();
            try {
                request.end(null);
            } catch (InvalidActionException e) {
                second.set(e);
            }
        });
        ScriptedLink link = scripted.open();
        link.receive("{\"event\":\"twice\",\"cid\":9}");

        assertThat(link.all()).containsExactly("{\"rid\":9}");
        assertThat(second.get()).hasMessage("Response to request 9 has already been sent");
    }

    @Test
    @Checklist("SC 111")
    void requestWithoutProcedureIsNotAnswered() {
        ScriptedLink link = scripted.open();
        link.receive("{\"event\":\"nobody\",\"cid\":9}").nothing();
        assertThat(scripted.events()).isEmpty();
    }

    // ---- without a connection

    @Test
    @Checklist("SC 124")
    void transmitConnectsAndDelivers() {
        ScriptedLink link = scripted.open();
        scripted.client.disconnect();
        scripted.client.transmit("foo", 1);
        ScriptedLink next = scripted.server.link();
        assertThat(next).isNotSameAs(link);
        next.open();

        assertThat(next.all()).containsExactly("{\"event\":\"foo\",\"data\":1}");
        assertThat(scripted.events())
                .containsExactly("disconnect 1000 null", "close 1000 null", "connecting", "connect socket-1");
    }

    @Test
    @Checklist("SC 125")
    void pendingCallFailsBeforeDisconnectEvent() {
        ScriptedLink link = scripted.open();
        List<String> told = new ArrayList<>();
        AtomicReference<@Nullable SocketState> state = new AtomicReference<>();
        scripted.client.onDisconnect(event -> told.add("disconnect"));
        CompletableFuture<Payload> call = scripted.client.invoke("someEvent", 123);
        call.whenComplete((value, failure) -> {
            state.set(scripted.client.state());
            told.add("call");
        });
        link.next();
        scripted.client.disconnect();

        Throwable failure = failure(call);
        assertThat(failure)
                .isInstanceOf(BadConnectionException.class)
                .hasMessage("Event someEvent was aborted due to a bad connection");
        BadConnectionException bad = (BadConnectionException) failure;
        assertThat(bad.type()).isEqualTo("disconnect");
        assertThat(bad.fields()).containsEntry("code", 1000).containsEntry("reason", "Socket closed normally");
        assertThat(bad.unsent()).isFalse();
        assertThat(told).containsExactly("call", "disconnect");
        assertThat(state.get()).isEqualTo(SocketState.CLOSED);
    }

    @Test
    @Checklist("SC 126")
    void failedAttemptFailsQueuedCalls() {
        scripted.server.answer = ScriptedServer.Answer.REFUSE;
        CompletableFuture<Payload> call = scripted.client.invoke("asked", 1);
        scripted.client.transmit("told", 1);

        assertThat(failure(call)).isInstanceOfSatisfying(BadConnectionException.class, bad -> {
            assertThat(bad.type()).isEqualTo("connectAbort");
            assertThat(bad.fields()).containsEntry("code", 1006);
            assertThat(bad.unsent()).isTrue();
        });
        assertThat(scripted.events())
                .containsExactly(
                        "connecting",
                        "connectAbort 1006 Socket hung up",
                        "close 1006 Socket hung up",
                        "error SocketProtocolError: Socket hung up",
                        "dropped not-connected 1");
    }

    @Test
    @Checklist("SC 127")
    void expiredEventsAreNotSent() {
        with(options -> options.connectTimeout(Duration.ofSeconds(60)));
        scripted.server.answer = ScriptedServer.Answer.HANG;
        scripted.client.transmit("one", 1);
        CompletableFuture<Payload> two = scripted.client.invoke("two", 2);
        scripted.server.advance(Duration.ofSeconds(5));
        CompletableFuture<Payload> three = scripted.client.invoke("three", 3);
        scripted.client.transmit("four", 4);
        scripted.server.advance(Duration.ofSeconds(5));
        assertThat(failure(two))
                .isInstanceOfSatisfying(
                        TimeoutException.class,
                        late -> assertThat(late.unsent()).isTrue());
        assertThat(scripted.events()).containsExactly("connecting", "dropped expired 1");
        scripted.server.answer = ScriptedServer.Answer.ACCEPT;
        scripted.client.reconnect();

        assertThat(failure(three)).isInstanceOf(BadConnectionException.class);
        assertThat(scripted.server.link().open().all()).isEmpty();
    }

    @Test
    void callTimeoutIncludesTimeInQueue() {
        // 6.1: it includes the wait for a connection
        with(options -> options.ackTimeout(Duration.ofSeconds(5)));
        CompletableFuture<Payload> call = scripted.client.invoke("asked", 1);
        ScriptedLink link = scripted.server.link();
        scripted.server.advance(Duration.ofSeconds(4));
        link.open();
        assertThat(link.next()).contains("asked");
        scripted.server.advance(Duration.ofMillis(999));
        assertThat(call).isNotDone();
        scripted.server.advance(Duration.ofMillis(1));

        assertThat(failure(call)).isInstanceOf(TimeoutException.class);
    }

    @Test
    void cancelledQueuedCallIsNotSent() {
        CompletableFuture<Payload> call = scripted.client.invoke("asked", 1);
        scripted.client.transmit("told", 1);
        ScriptedLink link = scripted.server.link();
        call.cancel(false);
        link.open();

        assertThat(link.all()).containsExactly("{\"event\":\"told\",\"data\":1}");
    }

    @Test
    void queuedDataIsEncodedImmediately() {
        // The original's cloneData, always
        List<Integer> data = new ArrayList<>(List.of(1));
        scripted.client.transmit("list", data);
        data.add(2);

        assertThat(scripted.server.link().open().all()).containsExactly("{\"event\":\"list\",\"data\":[1]}");
    }

    // ---- limits

    @Test
    void queueRejectsEventsBeyondMaximum() {
        with(options -> options.maxQueuedEvents(2));
        scripted.server.answer = ScriptedServer.Answer.HANG;
        assertThat(scripted.client.transmit("one", 1)).isTrue();
        assertThat(scripted.client.transmit("two", 2)).isTrue();
        assertThat(scripted.client.transmit("three", 3)).isFalse();
        CompletableFuture<Payload> four = scripted.client.invoke("four", 4);

        assertThat(failure(four)).isInstanceOf(QueueFullException.class);
        assertThat(scripted.client.stats().drops()).containsEntry(DropReason.QUEUE_FULL, 2L);
        assertThat(scripted.events())
                .filteredOn(event -> event.contains("QueueFull"))
                .hasSize(2);
    }

    @Test
    void queueLimitsBytesButAdmitsOneEvent() {
        with(options -> options.maxQueuedBytes(100));
        scripted.server.answer = ScriptedServer.Answer.HANG;
        assertThat(scripted.client.transmit("long", "x".repeat(1000))).isTrue();
        assertThat(scripted.client.transmit("short", 1)).isFalse();
    }

    @Test
    void unwrittenBytesCountAsQueued() {
        with(options -> options.maxQueuedBytes(100));
        ScriptedLink link = scripted.open();
        link.queuedBytes = 100;
        assertThat(scripted.client.transmit("event", 1)).isFalse();
        link.queuedBytes = 0;
        assertThat(scripted.client.transmit("event", 1)).isTrue();
        assertThat(link.all()).containsExactly("{\"event\":\"event\",\"data\":1}");
    }

    @Test
    void callsBeyondMaximumFail() {
        with(options -> options.maxPendingCalls(1));
        ScriptedLink link = scripted.open();
        CompletableFuture<Payload> first = scripted.client.invoke("first", 1);
        CompletableFuture<Payload> second = scripted.client.invoke("second", 2);

        assertThat(failure(second)).isInstanceOf(QueueFullException.class);
        assertThat(first).isNotDone();
        assertThat(link.all()).hasSize(1);
    }

    @Test
    void rawMessageBypassesBatch() {
        assertThat(scripted.client.send(Frame.utf8("too early").asText())).isFalse();
        ScriptedLink link = scripted.open();
        scripted.client.startBatch();
        assertThat(scripted.client.send(Frame.utf8("as it is").asText())).isTrue();

        assertThat(link.next()).isEqualTo("as it is");
    }

    @Test
    void closedClientSendsNothing() {
        scripted.open();
        scripted.client.close();
        CompletableFuture<Payload> call = scripted.client.invoke("late", 1);

        assertThat(scripted.client.transmit("late", 1)).isFalse();
        assertThatThrownBy(call::join).hasCauseInstanceOf(BadConnectionException.class);
        scripted.server.run();
        assertThat(scripted.client.closed()).isCompleted();
        CompletableFuture<Void> connected = scripted.client.connect();
        scripted.server.run();
        assertThat(connected).isCompletedExceptionally();
    }
}
