package io.heliograph.realtime.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.DeadlineExceededException;
import io.heliograph.codec.Payload;
import io.heliograph.codec.TypeRef;
import io.heliograph.realtime.InvalidActionException;
import io.heliograph.realtime.InvalidMessageException;
import io.heliograph.realtime.RealtimeChannel;
import io.heliograph.realtime.RealtimeException;
import io.heliograph.realtime.RemoteValueException;
import io.heliograph.realtime.SocketState;
import io.heliograph.realtime.SubscribeOptions;
import io.heliograph.testkit.Checklist;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClientCallTest {

    record Sum(int a, int b) {}

    private final ScriptedClient scripted = new ScriptedClient();

    @AfterEach
    void close() {
        scripted.close();
    }

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

        assertThat(scripted.failure(call)).isInstanceOfSatisfying(RealtimeException.class, error -> {
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

        assertThat(((RealtimeException) scripted.failure(call)).errorName()).isEqualTo("Error");
    }

    @Test
    @Checklist("SC 62")
    void errorMayBeString() {
        scripted.open();
        CompletableFuture<Payload> call = scripted.client.invoke("bad", 1);
        scripted.server.link().receive("{\"rid\":2,\"error\":\"just a string\"}");

        assertThat(scripted.failure(call))
                .isInstanceOfSatisfying(
                        RemoteValueException.class,
                        error -> assertThat(error.value()).isEqualTo("just a string"));
    }

    @Test
    void undecodableErrorFailsCall() {
        ScriptedLink link = scripted.open();
        CompletableFuture<Payload> call = scripted.client.invoke("a");
        link.next();
        // Exceeds the maximum length of a number.
        link.receive("{\"rid\":2,\"error\":" + "1".repeat(5000) + "}");

        assertThat(scripted.failure(call))
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

        assertThat(scripted.failure(call))
                .isInstanceOf(DeadlineExceededException.class)
                .hasMessage("Event response for slow event timed out");
        link.receive("{\"rid\":2,\"data\":1}");
        assertThat(scripted.failure(call)).isInstanceOf(DeadlineExceededException.class);
        assertThat(scripted.events()).isEmpty();
    }

    @Test
    @Checklist("SC 113")
    void callMayHaveItsOwnTimeout() {
        scripted.open();
        CompletableFuture<Payload> call =
                scripted.client.invoke("slow", 1, io.heliograph.codec.TypeRef.of(Payload.class), Duration.ofMillis(50));
        scripted.server.advance(Duration.ofMillis(50));

        assertThat(scripted.failure(call)).isInstanceOf(DeadlineExceededException.class);
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
        assertThat(scripted.failure(call)).isInstanceOf(InvalidMessageException.class);
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

        assertThat(scripted.failure(call))
                .isInstanceOf(InvalidMessageException.class)
                .hasMessageContaining("sum");
    }

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

    @Test
    void typeIsRejectedAsData() {
        ScriptedLink link = scripted.open();
        RealtimeChannel<Payload> news = scripted.client.channel("news");
        for (Object type : List.of(String.class, TypeRef.of(String.class))) {
            List<ThrowingCallable> calls = List.of(
                    () -> scripted.client.invoke("x", type),
                    () -> scripted.client.invoke("x", type, String.class),
                    () -> scripted.client.transmit("x", type),
                    () -> news.publish(type),
                    () -> news.transmitPublish(type),
                    () -> SubscribeOptions.defaults().withData(type));
            assertThat(calls)
                    .allSatisfy(call -> assertThatThrownBy(call)
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessageStartingWith("data: " + type + " (expected: a value"));
        }
        link.nothing();
    }
}
