package io.heliograph.realtime.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.realtime.AutoReconnectOptions;
import io.heliograph.realtime.InvalidMessageException;
import io.heliograph.realtime.RealtimeException;
import io.heliograph.realtime.packet.AbortedCallException;
import io.heliograph.realtime.packet.CallTimeoutException;
import io.heliograph.realtime.packet.UnsentException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Acknowledged publications with ids, with the frames of a server that detects repetitions. */
class ClientPublicationTest {

    private static final Duration DELAY = Duration.ofSeconds(1);

    private ScriptedClient scripted = client();

    private static ScriptedClient client() {
        return new ScriptedClient(options -> options.autoReconnectOptions(
                AutoReconnectOptions.defaults().withInitialDelay(DELAY).withRandomness(Duration.ZERO)));
    }

    @AfterEach
    void close() {
        scripted.close();
    }

    private CompletableFuture<Void> publish(Object data) {
        return scripted.client.channel("news").publish(data);
    }

    /** Returns the publisher of a packet with a publication of the channel news. */
    private static String publisher(String packet, Object data, int sequence, int cid) {
        String publisher = packet.replaceFirst(".*\"id\":\\[\"([^\"]*)\".*", "$1");
        assertThat(packet).isEqualTo(packet(data, publisher, sequence, cid));
        assertThat(publisher).matches("[A-Za-z0-9_-]{24}");
        return publisher;
    }

    private static String packet(Object data, String publisher, int sequence, int cid) {
        return "{\"event\":\"#publish\",\"data\":{\"channel\":\"news\",\"data\":%s,\"id\":[\"%s\",%d]},\"cid\":%d}"
                .formatted(data, publisher, sequence, cid);
    }

    private static String published(int rid) {
        return "{\"rid\":%d,\"data\":{\"position\":\"e:%d\"}}".formatted(rid, rid);
    }

    /** Opens a connection to a server that supports ids, and returns it. */
    private ScriptedLink supported() {
        ScriptedLink link = scripted.open();
        CompletableFuture<Void> first = publish(0);
        publisher(link.next(), 0, 1, 2);
        link.receive(published(2));
        assertThat(first).isCompleted();
        return link;
    }

    private ScriptedLink reconnect() {
        scripted.server.advance(DELAY);
        return scripted.server.link().open();
    }

    @Test
    void publicationsHaveIncreasingIds() {
        ScriptedLink link = scripted.open();
        CompletableFuture<Void> one = publish(1);
        CompletableFuture<Void> two = publish(2);
        String publisher = publisher(link.next(), 1, 1, 2);
        assertThat(link.next()).isEqualTo(packet(2, publisher, 2, 3));
        link.receive(published(2));
        assertThat(one).isCompletedWithValue(null);
        assertThat(two).isNotDone();
        link.receive(published(3));
        assertThat(two).isCompletedWithValue(null);
    }

    @Test
    void publicationOfUnknownOutcomeIsSentAgainWithItsId() {
        ScriptedLink first = supported();
        CompletableFuture<Void> one = publish(1);
        CompletableFuture<Void> two = publish(2);
        String publisher = publisher(first.next(), 1, 2, 3);
        first.next();
        first.cut();
        assertThat(one).isNotDone();
        assertThat(scripted.client.stats().queuedBytes()).isPositive();
        CompletableFuture<Void> three = publish(3);

        ScriptedLink second = scripted.server.link().open();
        assertThat(second.all())
                .containsExactly(packet(1, publisher, 2, 6), packet(2, publisher, 3, 7), packet(3, publisher, 4, 8));
        second.receive(published(6), published(7), published(8));
        assertThat(List.of(one, two, three)).allMatch(CompletableFuture::isDone);
        assertThat(one).isCompletedWithValue(null);
        assertThat(scripted.client.stats().queuedBytes()).isZero();
    }

    @Test
    void publicationIsSentAgainAfterAutomaticReconnect() {
        ScriptedLink first = supported();
        CompletableFuture<Void> one = publish(1);
        String publisher = publisher(first.next(), 1, 2, 3);
        first.cut();
        ScriptedLink second = reconnect();
        assertThat(second.next()).isEqualTo(packet(1, publisher, 2, 5));
        second.cut();
        ScriptedLink third = reconnect();
        assertThat(third.next()).isEqualTo(packet(1, publisher, 2, 7));
        third.receive(published(7));
        assertThat(one).isCompletedWithValue(null);
    }

    @Test
    void failedAttemptKeepsPublicationOfUnknownOutcome() {
        ScriptedLink first = supported();
        CompletableFuture<Void> sent = publish(1);
        String publisher = publisher(first.next(), 1, 2, 3);
        first.cut();
        scripted.server.answer = ScriptedServer.Answer.REFUSE;
        CompletableFuture<Void> unsent = publish(2);
        assertThat(scripted.failure(unsent)).isInstanceOf(UnsentException.class);
        assertThat(sent).isNotDone();

        scripted.server.answer = ScriptedServer.Answer.ACCEPT;
        scripted.server.advance(Duration.ofSeconds(2));
        assertThat(scripted.server.link().open().next()).isEqualTo(packet(1, publisher, 2, 5));
    }

    @Test
    void publicationOfUnknownOutcomeTimesOutAsSent() {
        ScriptedLink first = supported();
        CompletableFuture<Void> sent = publish(1);
        first.next();
        scripted.server.answer = ScriptedServer.Answer.HANG;
        scripted.server.advance(Duration.ofSeconds(6));
        first.cut();
        scripted.server.advance(Duration.ofMillis(3900));
        assertThat(sent).isNotDone();
        scripted.server.advance(Duration.ofMillis(100));
        assertThat(scripted.failure(sent))
                .isInstanceOfSatisfying(
                        CallTimeoutException.class, e -> assertThat(e.unsent()).isFalse());
    }

    @Test
    void timeLimitContinuesOnNextConnection() {
        ScriptedLink first = supported();
        CompletableFuture<Void> sent = publish(1);
        first.next();
        scripted.server.advance(Duration.ofSeconds(6));
        first.cut();
        reconnect().next();
        scripted.server.advance(Duration.ofMillis(2900));
        assertThat(sent).isNotDone();
        scripted.server.advance(Duration.ofMillis(100));
        assertThat(scripted.failure(sent)).isInstanceOf(CallTimeoutException.class);
    }

    @Test
    void failedPublicationIsNotSentAgain() {
        ScriptedLink first = supported();
        CompletableFuture<Void> denied = publish(1);
        String publisher = publisher(first.next(), 1, 2, 3);
        first.receive("{\"rid\":3,\"error\":{\"name\":\"NotAllowedError\",\"message\":\"no\"}}");
        assertThat(scripted.failure(denied)).isInstanceOf(RealtimeException.class);
        publish(1);
        assertThat(first.next()).isEqualTo(packet(1, publisher, 3, 4));
        first.receive(published(4));
        first.cut();
        ScriptedLink second = reconnect();
        second.nothing();
        publish(1);
        assertThat(second.next()).isEqualTo(packet(1, publisher, 4, 6));
    }

    @Test
    void cancelledPublicationIsNotSentAgain() {
        ScriptedLink first = supported();
        CompletableFuture<Void> cancelled = publish(1);
        CompletableFuture<Void> late = publish(2);
        first.all();
        cancelled.cancel(false);
        first.cut();
        late.cancel(false);
        reconnect().nothing();
        assertThat(scripted.client.stats().queuedBytes()).isZero();
    }

    @Test
    void otherCallsAreNotSentAgain() {
        ScriptedLink first = supported();
        CompletableFuture<?> call = scripted.client.invoke("sum", 1);
        first.next();
        first.cut();
        assertThat(scripted.failure(call)).isInstanceOf(AbortedCallException.class);
        reconnect().nothing();
    }

    @Test
    void serverThatIsUnknownGetsNoRepetition() {
        ScriptedLink link = scripted.open();
        CompletableFuture<Void> sent = publish(1);
        link.next();
        link.cut();
        assertThat(scripted.failure(sent)).isInstanceOf(AbortedCallException.class);
        reconnect().nothing();
    }

    @Test
    void serverWithoutExtensionGetsOneIdPerConnection() {
        ScriptedLink first = scripted.open();
        publish(1);
        publisher(first.next(), 1, 1, 2);
        first.receive("{\"rid\":2}");
        CompletableFuture<Void> second = publish(2);
        assertThat(first.next())
                .isEqualTo("{\"event\":\"#publish\",\"data\":{\"channel\":\"news\",\"data\":2},\"cid\":3}");
        first.cut();
        assertThat(scripted.failure(second)).isInstanceOf(AbortedCallException.class);

        ScriptedLink next = reconnect();
        publish(3);
        publisher(next.next(), 3, 2, 5);
    }

    @Test
    void subscriptionShowsSupport() {
        ScriptedLink first = scripted.open();
        scripted.client.subscribe("news");
        first.next();
        first.receive("{\"rid\":2,\"data\":{\"position\":\"e:1\"}}");
        CompletableFuture<Void> sent = publish(1);
        first.next();
        first.cut();
        assertThat(sent).isNotDone();
        ScriptedLink second = reconnect();
        assertThat(second.next()).contains("#subscribe");
        assertThat(second.next()).contains("\"id\":[");
    }

    @Test
    void subscriptionShowsMissingSupport() {
        ScriptedLink link = scripted.open();
        scripted.client.subscribe("news");
        link.confirmSubscription();
        publish(1);
        assertThat(link.next())
                .isEqualTo("{\"event\":\"#publish\",\"data\":{\"channel\":\"news\",\"data\":1},\"cid\":3}");
    }

    @Test
    void publicationWithoutIdIsNotSentAgain() {
        ScriptedLink link = scripted.open();
        publish(1);
        link.next();
        link.receive("{\"rid\":2}");
        CompletableFuture<Void> plain = publish(2);
        assertThat(link.next()).doesNotContain("\"id\"");
        scripted.client.subscribe("news");
        link.next();
        link.receive("{\"rid\":4,\"data\":{\"position\":\"e:1\"}}");
        link.cut();
        assertThat(scripted.failure(plain)).isInstanceOf(AbortedCallException.class);
    }

    @Test
    void idIsAssignedWhenPacketIsSent() {
        ScriptedLink link = supported();
        publish(1);
        scripted.client.invoke("sum", 2);
        assertThat(link.next()).contains("\"data\":1").endsWith(",2]},\"cid\":4}");
        assertThat(link.next()).isEqualTo("{\"event\":\"sum\",\"data\":2,\"cid\":3}");
    }

    @Test
    void disconnectFailsPublicationOfUnknownOutcome() {
        ScriptedLink link = supported();
        CompletableFuture<Void> open = publish(1);
        link.next();
        scripted.client.disconnect();
        assertThat(scripted.failure(open)).isInstanceOf(AbortedCallException.class);
    }

    @Test
    void disconnectBeforeReconnectFailsPublication() {
        ScriptedLink link = supported();
        CompletableFuture<Void> open = publish(1);
        link.next();
        link.cut();
        assertThat(open).isNotDone();
        scripted.client.disconnect();
        assertThat(scripted.failure(open)).isInstanceOf(AbortedCallException.class);
        scripted.client.connect();
        scripted.server.link().open().nothing();
    }

    @Test
    void closeFailsPublicationOfUnknownOutcome() {
        ScriptedLink link = supported();
        CompletableFuture<Void> open = publish(1);
        link.next();
        link.cut();
        scripted.client.close();
        assertThat(scripted.failure(open)).isInstanceOf(AbortedCallException.class);
    }

    @Test
    void gracefulCloseWaitsForRepetition() {
        ScriptedLink first = supported();
        CompletableFuture<Void> open = publish(1);
        first.next();
        CompletableFuture<Void> closed = scripted.client.closeGracefully(Duration.ofSeconds(5));
        scripted.server.run();
        first.cut();
        ScriptedLink second = reconnect();
        second.next();
        assertThat(closed).isNotDone();
        second.receive(published(5));
        assertThat(open).isCompletedWithValue(null);
        assertThat(closed).isCompleted();
    }

    @Test
    void withoutRecoveryPacketsAreThoseOfOriginal() {
        close();
        scripted = new ScriptedClient(options -> options.recovery(false));
        ScriptedLink link = scripted.open();
        CompletableFuture<Void> sent = publish(1);
        assertThat(link.next())
                .isEqualTo("{\"event\":\"#publish\",\"data\":{\"channel\":\"news\",\"data\":1},\"cid\":2}");
        link.cut();
        assertThat(scripted.failure(sent)).isInstanceOf(AbortedCallException.class);
    }

    @Test
    void dataIsEncodedWhenPublished() {
        ScriptedLink link = supported();
        List<Integer> data = new ArrayList<>(List.of(1));
        publish(data);
        data.add(2);
        assertThat(link.next()).contains("\"data\":[1],\"id\":");
        List<Object> cyclic = new ArrayList<>();
        cyclic.add(cyclic);
        assertThat(scripted.failure(publish(cyclic))).isInstanceOf(InvalidMessageException.class);
        link.nothing();
    }
}
