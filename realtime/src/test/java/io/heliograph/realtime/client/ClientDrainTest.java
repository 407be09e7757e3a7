package io.heliograph.realtime.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.ClosedException;
import io.heliograph.realtime.Request;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClientDrainTest {

    private final ScriptedClient scripted = new ScriptedClient();

    @AfterEach
    void close() {
        scripted.close();
    }

    private CompletableFuture<Void> closeGracefully() {
        CompletableFuture<Void> closed = scripted.client.closeGracefully(Duration.ofSeconds(5));
        scripted.server.run();
        return closed;
    }

    @Test
    void gracefulCloseWaitsForResponses() {
        ScriptedLink link = scripted.open();
        CompletableFuture<Integer> one = scripted.client.invoke("sum", 1, Integer.class);
        CompletableFuture<Integer> two = scripted.client.invoke("sum", 2, Integer.class);
        link.all();
        CompletableFuture<Void> closed = closeGracefully();
        assertThat(link.ending()).isNull();

        link.receive("{\"rid\":2,\"data\":10}");
        assertThat(link.ending()).isNull();
        link.receive("{\"rid\":3,\"data\":20}");
        assertThat(one).isCompletedWithValue(10);
        assertThat(two).isCompletedWithValue(20);
        assertThat(link.ending()).isEqualTo("1000");
        assertThat(closed).isCompleted();
    }

    @Test
    void gracefulCloseRejectsFurtherCalls() {
        ScriptedLink link = scripted.open();
        CompletableFuture<Integer> early = scripted.client.invoke("sum", 1, Integer.class);
        link.all();
        closeGracefully();

        assertThat(scripted.failure(scripted.client.invoke("sum", 2))).isInstanceOf(ClosedException.class);
        assertThat(scripted.client.transmit("event", 1)).isFalse();
        link.nothing();
        link.receive("{\"rid\":2,\"data\":10}");
        assertThat(early).isCompletedWithValue(10);
    }

    @Test
    void gracefulCloseSendsQueuedEventsFirst() {
        CompletableFuture<Integer> call = scripted.client.invoke("sum", 1, Integer.class);
        scripted.client.transmit("event", 1);
        CompletableFuture<Void> closed = closeGracefully();
        assertThat(closed).isNotDone();

        ScriptedLink link = scripted.server.link().open();
        assertThat(link.all())
                .containsExactly("{\"event\":\"sum\",\"data\":1,\"cid\":2}", "{\"event\":\"event\",\"data\":1}");
        link.receive("{\"rid\":2,\"data\":10}");
        assertThat(call).isCompletedWithValue(10);
        assertThat(closed).isCompleted();
    }

    @Test
    void gracefulCloseEndsInTimeWithoutResponse() {
        ScriptedLink link = scripted.open();
        CompletableFuture<Integer> call = scripted.client.invoke("sum", 1, Integer.class);
        link.all();
        CompletableFuture<Void> closed = closeGracefully();
        scripted.server.advance(Duration.ofSeconds(5));
        assertThat(closed).isCompleted();
        assertThat(scripted.failure(call)).isInstanceOf(ClosedException.class);
    }

    @Test
    void lostConnectionEndsGracefulClose() {
        ScriptedLink link = scripted.open();
        CompletableFuture<Integer> call = scripted.client.invoke("sum", 1, Integer.class);
        link.all();
        CompletableFuture<Void> closed = closeGracefully();
        link.cut();
        assertThat(scripted.failure(call)).isInstanceOf(ClosedException.class);
        assertThat(closed).isCompleted();
    }

    @Test
    void closeDoesNotWait() {
        ScriptedLink link = scripted.open();
        CompletableFuture<Integer> call = scripted.client.invoke("sum", 1, Integer.class);
        link.all();
        closeGracefully();
        scripted.client.close();
        assertThat(scripted.failure(call)).isInstanceOf(ClosedException.class);
        assertThat(link.ending()).isEqualTo("1000");
    }

    @Test
    void gracefulCloseAnswersRequestsOfServer() {
        CompletableFuture<Integer> result = new CompletableFuture<>();
        scripted.client.onProcedure("later", Integer.class, n -> result);
        scripted.client.onProcedure("now", Integer.class, n -> n);
        ScriptedLink link = scripted.open();
        link.receive("{\"event\":\"later\",\"data\":1,\"cid\":1}");
        CompletableFuture<Void> closed = closeGracefully();
        link.receive("{\"event\":\"now\",\"data\":1,\"cid\":2}");
        link.nothing();
        assertThat(link.ending()).isNull();

        result.complete(7);
        assertThat(link.next()).isEqualTo("{\"rid\":1,\"data\":7}");
        assertThat(link.ending()).isEqualTo("1000");
        assertThat(closed).isCompleted();
    }

    @Test
    void requestWithoutProcedureDoesNotDelayGracefulClose() {
        ScriptedLink link = scripted.open();
        link.receive("{\"event\":\"nobody\",\"cid\":1}");
        assertThat(closeGracefully()).isCompleted();
    }

    @Test
    void unansweredRequestsOfServerLimitBytes() {
        scripted.close();
        ScriptedClient small = new ScriptedClient(options -> options.maxMessageBytes(1000));
        List<Request<String>> requests = new ArrayList<>();
        small.client.onProcedure("keep", String.class, (data, request) -> requests.add(request));
        ScriptedLink link = small.open();
        String packet = "{\"event\":\"keep\",\"data\":\"" + "x".repeat(800) + "\",\"cid\":%d}";
        link.receive(packet.formatted(1), packet.formatted(2));
        assertThat(link.reading).isTrue();
        link.receive(packet.formatted(3));
        assertThat(link.reading).isFalse();

        requests.get(0).end();
        requests.get(1).end();
        small.server.run();
        assertThat(link.reading).isTrue();
        small.close();
    }

    @Test
    void unansweredRequestsOfServerLimitNumber() {
        scripted.close();
        ScriptedClient small = new ScriptedClient(options -> options.maxPendingCalls(2));
        List<Request<Integer>> requests = new ArrayList<>();
        small.client.onProcedure("keep", Integer.class, (data, request) -> requests.add(request));
        ScriptedLink link = small.open();
        link.receive("{\"event\":\"keep\",\"data\":1,\"cid\":1}");
        assertThat(link.reading).isTrue();
        link.receive("{\"event\":\"keep\",\"data\":1,\"cid\":2}");
        assertThat(link.reading).isFalse();
        requests.get(0).end();
        small.server.run();
        assertThat(link.reading).isTrue();
        small.close();
    }

    @Test
    void requestOnNewConnectionIsNotServedDuringGracefulClose() {
        List<Integer> served = new ArrayList<>();
        scripted.client.onProcedure("keep", Integer.class, (data, request) -> served.add(data));
        CompletableFuture<Integer> call = scripted.client.invoke("sum", 1, Integer.class);
        CompletableFuture<Void> closed = closeGracefully();
        ScriptedLink link = scripted.server.link().open();
        link.all();
        link.receive("{\"event\":\"keep\",\"data\":1,\"cid\":1}");
        link.receive("{\"rid\":2,\"data\":10}");
        assertThat(call).isCompletedWithValue(10);
        assertThat(closed).isCompleted();
        assertThat(served).isEmpty();
    }

    @Test
    void gracefulCloseWaitsForRequestsAfterLastResponse() {
        CompletableFuture<Integer> result = new CompletableFuture<>();
        scripted.client.onProcedure("later", Integer.class, n -> result);
        ScriptedLink link = scripted.open();
        scripted.client.invoke("sum", 1, Integer.class);
        link.all();
        link.receive("{\"event\":\"later\",\"data\":1,\"cid\":1}");
        closeGracefully();
        link.receive("{\"rid\":2,\"data\":10}");
        assertThat(link.ending()).isNull();
        result.complete(7);
        assertThat(link.next()).isEqualTo("{\"rid\":1,\"data\":7}");
        assertThat(link.ending()).isEqualTo("1000");
    }
}
