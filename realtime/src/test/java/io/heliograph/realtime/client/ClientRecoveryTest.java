package io.heliograph.realtime.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.DropReason;
import io.heliograph.codec.Payload;
import io.heliograph.exchange.Position;
import io.heliograph.realtime.ChannelEvent;
import io.heliograph.realtime.ChannelRecovery;
import io.heliograph.realtime.ChannelState;
import io.heliograph.realtime.ClientEvent;
import io.heliograph.realtime.RealtimeChannel;
import io.heliograph.realtime.SubscribeOptions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Recovery of missed publications, with the frames of a server with the extension. */
class ClientRecoveryTest {

    private ScriptedClient scripted = new ScriptedClient();
    private final List<String> log = new ArrayList<>();

    @AfterEach
    void close() {
        scripted.close();
    }

    private static String subscribe(String channel, String since, int cid) {
        return "{\"event\":\"#subscribe\",\"data\":{\"channel\":\"%s\",\"since\":\"%s\"},\"cid\":%d}"
                .formatted(channel, since, cid);
    }

    private static String publish(Object data, String position) {
        return "{\"event\":\"#publish\",\"data\":{\"channel\":\"news\",\"data\":%s,\"position\":\"%s\"}}"
                .formatted(data, position);
    }

    private static String gap(String position, String reason) {
        return "{\"event\":\"#gap\",\"data\":{\"channel\":\"news\",\"position\":\"%s\",\"reason\":\"%s\"}}"
                .formatted(position, reason);
    }

    private static String positioned(int rid, String position) {
        return "{\"rid\":%d,\"data\":{\"position\":\"%s\"}}".formatted(rid, position);
    }

    private static String recovered(int rid, String position) {
        return "{\"rid\":%d,\"data\":{\"position\":\"%s\",\"recovered\":true}}".formatted(rid, position);
    }

    private static String lost(int rid, String position, String reason) {
        return "{\"rid\":%d,\"data\":{\"position\":\"%s\",\"recovered\":false,\"reason\":\"%s\"}}"
                .formatted(rid, position, reason);
    }

    /** Subscribes to the channel news and records publications, outcomes and gaps. */
    private RealtimeChannel<Payload> listening(SubscribeOptions options) {
        RealtimeChannel<Payload> news = scripted.client.channel("news");
        news.on(data -> log.add(String.valueOf(data.value())));
        news.on(ChannelEvent.Subscribe.class, event -> log.add(describe(event.recovery())));
        news.on(ChannelEvent.Gap.class, event -> log.add("gap " + event.reason()));
        news.subscribe(options);
        return news;
    }

    private static String describe(ChannelRecovery recovery) {
        return switch (recovery) {
            case ChannelRecovery.NotAsked none -> "not asked";
            case ChannelRecovery.Unsupported none -> "unsupported";
            case ChannelRecovery.Recovered none -> "recovered";
            case ChannelRecovery.Lost lost -> "lost " + lost.reason();
        };
    }

    /** Subscribes to the channel news and confirms with the position e:5. */
    private RealtimeChannel<Payload> subscribed(ScriptedLink link) {
        RealtimeChannel<Payload> news = listening(SubscribeOptions.defaults());
        assertThat(link.next()).isEqualTo(subscribe("news", "", 2));
        link.receive(positioned(2, "e:5"));
        assertThat(log).containsExactly("not asked");
        log.clear();
        return news;
    }

    private ScriptedLink reconnect() {
        scripted.client.connect();
        return scripted.server.link().open();
    }

    private long duplicates() {
        return scripted.client.stats().drops().getOrDefault(DropReason.DUPLICATE, 0L);
    }

    @Test
    void positionFollowsPublications() {
        ScriptedLink link = scripted.open();
        assertThat(scripted.client.channel("news").position()).isNull();
        RealtimeChannel<Payload> news = subscribed(link);
        assertThat(news.position()).isEqualTo(new Position("e", 5));

        link.receive(publish(1, "e:6"), publish(2, "e:8"));
        assertThat(news.position()).isEqualTo(new Position("e", 8));
        assertThat(log).containsExactly("1", "2");

        news.unsubscribe();
        assertThat(news.position()).isNull();
    }

    @Test
    void reconnectContinuesAfterLastPublication() {
        ScriptedLink first = scripted.open();
        RealtimeChannel<Payload> news = subscribed(first);
        first.receive(publish(1, "e:6"));
        first.cut();
        assertThat(news.position()).isEqualTo(new Position("e", 6));

        ScriptedLink second = reconnect();
        assertThat(second.next()).isEqualTo(subscribe("news", "e:6", 4));
        second.receive(recovered(4, "e:9"));
        assertThat(news.position()).isEqualTo(new Position("e", 6));
        second.receive(publish(2, "e:7"), publish(3, "f:8"), publish(4, "f:9"));
        assertThat(log).containsExactly("1", "recovered", "2", "3", "4");
        assertThat(news.position()).isEqualTo(new Position("f", 9));
    }

    @Test
    void reconnectWithoutPublicationPresentsFirstPosition() {
        ScriptedLink first = scripted.open();
        subscribed(first);
        first.cut();
        assertThat(reconnect().next()).isEqualTo(subscribe("news", "e:5", 4));
    }

    @Test
    void repeatedPublicationIsDropped() {
        ScriptedLink link = scripted.open();
        RealtimeChannel<Payload> news = subscribed(link);
        link.receive(publish(0, "e:5"), publish(1, "e:6"), publish(1, "e:6"), publish(0, "e:4"), publish(2, "e:7"));
        assertThat(log).containsExactly("1", "2");
        assertThat(news.position()).isEqualTo(new Position("e", 7));
        assertThat(duplicates()).isEqualTo(3);
    }

    @Test
    void lowerOffsetOfAnotherEpochIsDelivered() {
        ScriptedLink link = scripted.open();
        subscribed(link);
        link.receive(publish(1, "f:2"), publish(2, "f:3"));
        assertThat(log).containsExactly("1", "2");
    }

    @Test
    void lossIsReportedWithItsReason() {
        ScriptedLink first = scripted.open();
        RealtimeChannel<Payload> news = subscribed(first);
        first.cut();
        ScriptedLink second = reconnect();
        second.next();
        second.receive(lost(4, "g:20", "too-old"), publish(1, "g:21"));
        assertThat(log).containsExactly("lost too-old", "gap too-old", "1");
        assertThat(news.position()).isEqualTo(new Position("g", 21));
        assertThat(news.state()).isEqualTo(ChannelState.SUBSCRIBED);
    }

    @Test
    void lossMovesPosition() {
        ScriptedLink first = scripted.open();
        RealtimeChannel<Payload> news = subscribed(first);
        first.cut();
        ScriptedLink second = reconnect();
        second.next();
        second.receive(lost(4, "g:20", "too-old"));
        assertThat(news.position()).isEqualTo(new Position("g", 20));
        second.cut();
        assertThat(reconnect().next()).isEqualTo(subscribe("news", "g:20", 6));
    }

    @Test
    void gapBeforeConfirmationIsIgnored() {
        ScriptedLink first = scripted.open();
        subscribed(first);
        first.cut();
        ScriptedLink second = reconnect();
        second.next();
        second.receive(gap("e:9", "queue-full"), gap("e:9", "forked"));
        second.nothing();
        second.receive(recovered(4, "e:9"), publish(1, "e:6"));
        assertThat(log).containsExactly("recovered", "1");
    }

    @Test
    void gapMovesPositionAndIsReported() {
        ScriptedLink link = scripted.open();
        RealtimeChannel<Payload> news = subscribed(link);
        List<String> gaps = new ArrayList<>();
        scripted.client.on(ClientEvent.Gap.class, event -> gaps.add(event.channel() + " " + event.reason()));
        link.receive(publish(1, "e:6"), gap("e:9", "forked"));
        assertThat(news.position()).isEqualTo(new Position("e", 9));
        link.receive(publish(2, "e:10"));
        assertThat(log).containsExactly("1", "gap forked", "2");
        assertThat(gaps).containsExactly("news forked");
        link.nothing();
    }

    @Test
    void conflatedGapIsReportedOnly() {
        ScriptedLink link = scripted.open();
        subscribed(link);
        link.receive(gap("e:9", "conflated"), publish(2, "e:10"));
        assertThat(log).containsExactly("gap conflated", "2");
        link.nothing();
    }

    @Test
    void gapOfFullQueueIsRecoveredSilently() {
        ScriptedLink link = scripted.open();
        RealtimeChannel<Payload> news = subscribed(link);
        link.receive(publish(1, "e:6"), gap("e:9", "queue-full"));
        assertThat(link.next()).isEqualTo(subscribe("news", "e:6", 3));
        assertThat(news.state()).isEqualTo(ChannelState.SUBSCRIBED);

        link.receive(publish(5, "e:10"), gap("e:12", "queue-full"), publish(6, "e:13"));
        link.nothing();
        assertThat(log).containsExactly("1");
        assertThat(news.position()).isEqualTo(new Position("e", 6));

        link.receive(recovered(3, "e:13"), publish(2, "e:7"), publish(3, "e:8"));
        assertThat(log).containsExactly("1", "2", "3");
        assertThat(news.position()).isEqualTo(new Position("e", 8));
    }

    @Test
    void lossAfterFullQueueIsReportedAsGap() {
        ScriptedLink link = scripted.open();
        subscribed(link);
        link.receive(gap("e:9", "queue-full"));
        link.next();
        link.receive(lost(3, "e:30", "too-many"), publish(1, "e:31"));
        assertThat(log).containsExactly("gap too-many", "1");
    }

    @Test
    void refusalAfterFullQueueEndsSubscription() {
        ScriptedLink link = scripted.open();
        RealtimeChannel<Payload> news = subscribed(link);
        scripted.events();
        link.receive(gap("e:9", "queue-full"));
        link.next();
        link.receive("{\"rid\":3,\"error\":{\"name\":\"E\",\"message\":\"no\"}}");
        assertThat(news.state()).isEqualTo(ChannelState.UNSUBSCRIBED);
        assertThat(scripted.events())
                .containsExactly(
                        "subscribeStateChange news SUBSCRIBED UNSUBSCRIBED",
                        "unsubscribe news",
                        "subscribeFail news E: no");
        assertThat(link.all()).containsExactly("{\"event\":\"#unsubscribe\",\"data\":\"news\"}");
    }

    @Test
    void connectionLostAfterFullQueueRecoversOnNext() {
        ScriptedLink first = scripted.open();
        subscribed(first);
        first.receive(publish(1, "e:6"), gap("e:9", "queue-full"));
        first.cut();
        ScriptedLink second = reconnect();
        assertThat(second.next()).isEqualTo(subscribe("news", "e:6", 5));
        second.receive(recovered(5, "e:9"), publish(2, "e:7"));
        assertThat(log).containsExactly("1", "recovered", "2");
    }

    @Test
    void serverWithoutExtensionChangesNothing() {
        ScriptedLink first = scripted.open();
        RealtimeChannel<Payload> news = listening(SubscribeOptions.defaults());
        first.confirmSubscription();
        first.receive(ScriptedLink.publish("news", "1"), ScriptedLink.publish("news", "1"));
        assertThat(news.position()).isNull();
        first.cut();
        ScriptedLink second = reconnect();
        assertThat(second.confirmSubscription()).isEqualTo(subscribe("news", "", 4));
        second.receive(ScriptedLink.publish("news", "2"));
        assertThat(log).containsExactly("not asked", "1", "1", "not asked", "2");
    }

    @Test
    void serverThatLosesExtensionIsReported() {
        ScriptedLink first = scripted.open();
        RealtimeChannel<Payload> news = subscribed(first);
        first.cut();
        reconnect().confirmSubscription();
        assertThat(log).containsExactly("unsupported");
        assertThat(news.position()).isNull();
    }

    @Test
    void subscriptionBeginsAtGivenPosition() {
        ScriptedLink link = scripted.open();
        listening(SubscribeOptions.defaults().withSince(new Position("e", 3)));
        assertThat(link.next()).isEqualTo(subscribe("news", "e:3", 2));
        link.receive(recovered(2, "e:4"), publish(1, "e:3"), publish(2, "e:4"));
        assertThat(log).containsExactly("recovered", "2");
        link.cut();
        assertThat(reconnect().next()).isEqualTo(subscribe("news", "e:4", 4));
    }

    @Test
    void newSubscriptionForgetsPosition() {
        ScriptedLink link = scripted.open();
        RealtimeChannel<Payload> news = subscribed(link);
        news.unsubscribe();
        news.subscribe();
        assertThat(link.all())
                .containsExactly("{\"event\":\"#unsubscribe\",\"data\":\"news\"}", subscribe("news", "", 3));
    }

    @Test
    void withoutRecoveryNoPositionIsRequested() {
        close();
        scripted = new ScriptedClient(options -> options.recovery(false));
        ScriptedLink first = scripted.open();
        RealtimeChannel<Payload> news = listening(SubscribeOptions.defaults().withSince(new Position("e", 3)));
        assertThat(first.confirmSubscription())
                .isEqualTo("{\"event\":\"#subscribe\",\"data\":{\"channel\":\"news\"},\"cid\":2}");
        first.cut();
        assertThat(reconnect().confirmSubscription())
                .isEqualTo("{\"event\":\"#subscribe\",\"data\":{\"channel\":\"news\"},\"cid\":4}");
        assertThat(log).containsExactly("not asked", "not asked");
        assertThat(news.position()).isNull();
    }

    @Test
    void invalidPositionIsReportedAndPublicationDelivered() {
        ScriptedLink link = scripted.open();
        RealtimeChannel<Payload> news = subscribed(link);
        scripted.events();
        link.receive(publish(1, "nonsense"), gap("", "forked"), publish(2, "e:7"));
        assertThat(log).containsExactly("1", "gap forked", "2");
        assertThat(news.position()).isEqualTo(new Position("e", 7));
        assertThat(scripted.events())
                .containsExactly(
                        "error InvalidMessageError: position of channel 'news': not a position (expected: epoch:offset, as the server sent it)",
                        "error InvalidMessageError: position of channel 'news': not a position (expected: epoch:offset, as the server sent it)",
                        "gap news forked");
    }

    @Test
    void gapOfUnsubscribedChannelIsIgnored() {
        ScriptedLink link = scripted.open();
        RealtimeChannel<Payload> news = subscribed(link);
        news.unsubscribe();
        link.all();
        link.receive(gap("e:9", "queue-full"), "{\"event\":\"#gap\"}", "{\"event\":\"#gap\",\"data\":7}");
        link.nothing();
        assertThat(log).isEmpty();
        assertThat(scripted.events()).doesNotContain("gap news queue-full");
    }

    @Test
    void channelPrefixAppliesToGaps() {
        close();
        scripted = new ScriptedClient(options -> options.channelPrefix("app."));
        ScriptedLink link = scripted.open();
        listening(SubscribeOptions.defaults());
        assertThat(link.next()).isEqualTo(subscribe("app.news", "", 2));
        link.receive(positioned(2, "e:5"));
        link.receive(gap("e:9", "queue-full").replace("news", "app.news"));
        assertThat(link.next()).isEqualTo(subscribe("app.news", "e:5", 3));
    }
}
