package io.heliograph.realtime.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.CloseReason;
import io.heliograph.ClosedException;
import io.heliograph.DeadlineExceededException;
import io.heliograph.DropReason;
import io.heliograph.NotConnectedException;
import io.heliograph.QueueFullException;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import io.heliograph.realtime.InvalidMessageException;
import io.heliograph.realtime.RealtimeChannel;
import io.heliograph.realtime.RealtimeClient;
import io.heliograph.realtime.SocketState;
import io.heliograph.realtime.SubscribeOptions;
import io.heliograph.realtime.packet.AbortedCallException;
import io.heliograph.realtime.packet.UnsentException;
import io.heliograph.testkit.Checklist;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClientQueueTest {

    private ScriptedClient scripted = new ScriptedClient();

    private void with(Consumer<RealtimeClient.Builder> options) {
        scripted.close();
        scripted = new ScriptedClient(options);
    }

    @AfterEach
    void close() {
        scripted.close();
    }

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
        List<String> order = new ArrayList<>();
        AtomicReference<@Nullable SocketState> state = new AtomicReference<>();
        scripted.client.onDisconnect(event -> order.add("disconnect"));
        CompletableFuture<Payload> call = scripted.client.invoke("someEvent", 123);
        call.whenComplete((value, failure) -> {
            state.set(scripted.client.state());
            order.add("call");
        });
        link.next();
        scripted.client.disconnect();

        Throwable failure = scripted.failure(call);
        assertThat(failure)
                .isInstanceOf(ClosedException.class)
                .hasMessage("Event someEvent was aborted due to a bad connection");
        AbortedCallException bad = (AbortedCallException) failure;
        assertThat(bad.errorName()).isEqualTo("BadConnectionError");
        assertThat(bad.reason()).isInstanceOf(CloseReason.Local.class);
        assertThat(bad.fields()).containsEntry("type", "disconnect");
        assertThat(bad.fields()).containsEntry("code", 1000).containsEntry("reason", "Socket closed normally");
        assertThat(bad.unsent()).isFalse();
        assertThat(order).containsExactly("call", "disconnect");
        assertThat(state.get()).isEqualTo(SocketState.CLOSED);
    }

    @Test
    @Checklist("SC 126")
    void failedAttemptFailsQueuedCalls() {
        scripted.server.answer = ScriptedServer.Answer.REFUSE;
        CompletableFuture<Payload> call = scripted.client.invoke("asked", 1);
        scripted.client.transmit("told", 1);

        assertThat(scripted.failure(call)).isInstanceOfSatisfying(UnsentException.class, bad -> {
            assertThat(bad).isInstanceOf(NotConnectedException.class).hasMessageEndingWith("connect ECONNREFUSED");
            assertThat(bad.errorName()).isEqualTo("BadConnectionError");
            assertThat(bad.fields()).containsEntry("type", "connectAbort");
            assertThat(bad.fields()).containsEntry("code", 1006);
            assertThat(bad.unsent()).isTrue();
        });
        assertThat(scripted.events())
                .containsExactly(
                        "connecting",
                        "connectAbort 1006 Socket hung up",
                        "close 1006 Socket hung up",
                        "error SocketProtocolError: Socket hung up: ws://localhost:8000/socketcluster/: connect ECONNREFUSED",
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
        assertThat(scripted.failure(two))
                .isInstanceOfSatisfying(
                        DeadlineExceededException.class,
                        late -> assertThat(late.unsent()).isTrue());
        assertThat(scripted.events()).containsExactly("connecting", "dropped expired 1");
        scripted.server.answer = ScriptedServer.Answer.ACCEPT;
        scripted.client.reconnect();

        assertThat(scripted.failure(three)).isInstanceOf(NotConnectedException.class);
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

        assertThat(scripted.failure(call)).isInstanceOf(DeadlineExceededException.class);
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
        // Equals the original's cloneData.
        List<Integer> data = new ArrayList<>(List.of(1));
        scripted.client.transmit("list", data);
        data.add(2);

        assertThat(scripted.server.link().open().all()).containsExactly("{\"event\":\"list\",\"data\":[1]}");
    }

    @Test
    void queueRejectsEventsBeyondMaximum() {
        with(options -> options.maxQueuedEvents(2));
        scripted.server.answer = ScriptedServer.Answer.HANG;
        assertThat(scripted.client.transmit("one", 1)).isTrue();
        assertThat(scripted.client.transmit("two", 2)).isTrue();
        assertThat(scripted.client.transmit("three", 3)).isFalse();
        CompletableFuture<Payload> four = scripted.client.invoke("four", 4);

        assertThat(scripted.failure(four)).isInstanceOf(QueueFullException.class);
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

        assertThat(scripted.failure(second)).isInstanceOf(QueueFullException.class);
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
        assertThatThrownBy(call::join).hasCauseInstanceOf(ClosedException.class);
        scripted.server.run();
        assertThat(scripted.client.closed()).isCompleted();
        CompletableFuture<Void> connected = scripted.client.connect();
        scripted.server.run();
        assertThat(connected).isCompletedExceptionally();
    }

    @Test
    void dropsAreCountedByReason() {
        with(options -> options.maxQueuedEvents(2).connectTimeout(Duration.ofSeconds(60)));
        scripted.server.answer = ScriptedServer.Answer.HANG;
        scripted.client.transmit("one", 1);
        scripted.client.transmit("two", 2);
        assertThat(scripted.client.transmit("rejected", 3)).isFalse();
        assertThat(scripted.client.stats().drops()).isEqualTo(Map.of(DropReason.QUEUE_FULL, 1L));

        scripted.server.advance(Duration.ofSeconds(10));
        assertThat(scripted.client.stats().drops())
                .isEqualTo(Map.of(DropReason.QUEUE_FULL, 1L, DropReason.EXPIRED, 2L));

        scripted.client.transmit("aborted", 4);
        scripted.server.run();
        scripted.client.disconnect();
        scripted.server.run();
        assertThat(scripted.client.stats().drops())
                .isEqualTo(Map.of(DropReason.QUEUE_FULL, 1L, DropReason.EXPIRED, 2L, DropReason.NOT_CONNECTED, 1L));
    }

    @Test
    void messageBeyondSendLimitIsRejected() {
        with(options -> options.maxSentMessageBytes(1000));
        String text = "x".repeat(1000);
        CompletableFuture<Payload> early = scripted.client.invoke("early", text);
        assertThat(scripted.failure(early))
                .isInstanceOf(InvalidMessageException.class)
                .hasMessageContaining("at most 1000");

        ScriptedLink link = scripted.open();
        scripted.client.onProcedure("f", Integer.class, n -> text);
        assertThat(scripted.client.transmit("a", text)).isFalse();
        assertThat(scripted.failure(scripted.client.invoke("a", text))).isInstanceOf(InvalidMessageException.class);
        assertThat(scripted.failure(scripted.client.channel("news").publish(text)))
                .isInstanceOf(InvalidMessageException.class);
        RealtimeChannel<Payload> refused = scripted.client
                .channel("news")
                .subscribe(SubscribeOptions.defaults().withData(text));
        assertThat(scripted.failure(refused.subscribed())).isInstanceOf(InvalidMessageException.class);
        link.nothing();

        link.receive("{\"event\":\"f\",\"cid\":7}");
        assertThat(link.next()).startsWith("{\"rid\":7,\"error\":");
    }

    @Test
    void sendLimitMustBePositive() {
        assertThatThrownBy(() -> with(options -> options.maxSentMessageBytes(0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("maxSentMessageBytes: 0 (expected: > 0)");
    }

    @Test
    void rejectedEventsTakeNoSpace() {
        with(options -> options.maxQueuedEvents(2).maxQueuedBytes(1000));
        String half = "x".repeat(400);
        assertThat(scripted.client.transmit("a", half)).isTrue();
        assertThat(scripted.client.transmit("b", half)).isTrue();
        for (int i = 0; i < 5; i++) {
            assertThat(scripted.client.transmit("c", half)).isFalse();
        }
        ScriptedLink link = scripted.server.link().open();
        assertThat(link.all()).hasSize(2);
        assertThat(scripted.client.stats().queuedBytes()).isZero();
        for (int i = 0; i < 5; i++) {
            assertThat(scripted.client.transmit("d", half)).isTrue();
            link.next();
        }
    }

    @Test
    void cancelledQueuedCallFreesItsSpace() {
        with(options -> options.maxQueuedEvents(1));
        scripted.server.answer = ScriptedServer.Answer.HANG;
        CompletableFuture<Payload> call = scripted.client.invoke("asked", 1);
        assertThat(scripted.client.transmit("a", 1)).isFalse();
        scripted.server.run();
        call.cancel(false);
        scripted.server.run();
        assertThat(scripted.client.transmit("a", 1)).isTrue();
    }

    @Test
    void abortedQueueHasNoTimers() {
        scripted.server.answer = ScriptedServer.Answer.HANG;
        scripted.client.transmit("a", 1);
        scripted.server.run();
        scripted.client.disconnect();
        scripted.server.run();
        assertThat(scripted.server.loop.timers()).isZero();
        assertThat(scripted.client.stats().queuedBytes()).isZero();
    }

    @Test
    void secondEventExpiresAfterFirst() {
        with(options -> options.ackTimeout(Duration.ofSeconds(5)));
        scripted.server.answer = ScriptedServer.Answer.HANG;
        scripted.client.transmit("a", 1);
        scripted.server.advance(Duration.ofSeconds(2));
        scripted.client.transmit("b", 1);
        scripted.server.advance(Duration.ofSeconds(3));
        assertThat(scripted.events()).containsExactly("connecting", "dropped expired 1");
        scripted.server.advance(Duration.ofSeconds(2));
        assertThat(scripted.events()).containsExactly("dropped expired 1");
    }
}
