package io.heliograph.realtime.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.DeadlineExceededException;
import io.heliograph.DropReason;
import io.heliograph.EventStream;
import io.heliograph.Subscription;
import io.heliograph.codec.Payload;
import io.heliograph.realtime.AuthStatus;
import io.heliograph.realtime.ChannelEvent;
import io.heliograph.realtime.ChannelState;
import io.heliograph.realtime.RealtimeChannel;
import io.heliograph.realtime.RealtimeClient;
import io.heliograph.realtime.Streams;
import io.heliograph.realtime.SubscribeOptions;
import io.heliograph.realtime.session.Events;
import io.heliograph.testkit.Checklist;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClientChannelTest {

    record News(String title) {}

    private ScriptedClient scripted = new ScriptedClient();

    private void with(Consumer<RealtimeClient.Builder> options) {
        scripted.close();
        scripted = new ScriptedClient(options);
    }

    @AfterEach
    void close() {
        scripted.close();
    }

    private static String publish(String channel, String data) {
        return "{\"event\":\"#publish\",\"data\":{\"channel\":\"%s\",\"data\":%s}}".formatted(channel, data);
    }

    /** Receives a subscription request and confirms it. */
    private static String grant(ScriptedLink link) {
        String request = link.next();
        assertThat(request).startsWith("{\"event\":\"#subscribe\"");
        link.receive("{\"rid\":" + ScriptedLink.cid(request) + "}");
        return request;
    }

    private RealtimeChannel<Payload> subscribed(ScriptedLink link, String channel) {
        RealtimeChannel<Payload> subscribed = scripted.client.subscribe(channel);
        grant(link);
        scripted.events();
        return subscribed;
    }

    /** Records the events of a channel among the events of the client. */
    private void listen(RealtimeChannel<?> channel) {
        for (Class<?> kind : ChannelEvent.class.getPermittedSubclasses()) {
            channel.on(
                    kind.asSubclass(ChannelEvent.class),
                    event -> scripted.record("channel "
                            + Events.name(event.getClass())
                            + (event instanceof ChannelEvent.SubscribeFail fail
                                    ? " " + ScriptedClient.describe(fail.error())
                                    : "")));
        }
    }

    @Test
    @Checklist("SC 144")
    void channelIsPendingUntilConfirmed() {
        ScriptedLink link = scripted.open();
        RealtimeChannel<Payload> channel = scripted.client.subscribe("foo");
        listen(channel);
        assertThat(channel.state()).isEqualTo(ChannelState.PENDING);
        assertThat(scripted.client.subscriptions(true)).containsExactly("foo");
        assertThat(scripted.client.subscriptions(false)).isEmpty();
        assertThat(scripted.events()).containsExactly("subscribeRequest foo");

        assertThat(grant(link)).isEqualTo("{\"event\":\"#subscribe\",\"data\":{\"channel\":\"foo\"},\"cid\":2}");
        assertThat(channel.state()).isEqualTo(ChannelState.SUBSCRIBED);
        assertThat(scripted.client.isSubscribed("foo", false)).isTrue();
        assertThat(scripted.events())
                .containsExactly(
                        "channel subscribeStateChange",
                        "channel subscribe",
                        "subscribeStateChange foo PENDING SUBSCRIBED",
                        "subscribe foo");
    }

    @Test
    @Checklist({"SC 144", "SC 149"})
    void reconnectSubscribesChannelsAgain() {
        ScriptedLink link = scripted.open();
        listen(subscribed(link, "foo"));
        link.cut();

        assertThat(scripted.client.channelState("foo")).isEqualTo(ChannelState.PENDING);
        assertThat(scripted.events())
                .containsExactly(
                        "channel subscribeStateChange",
                        "channel unsubscribe",
                        "subscribeStateChange foo SUBSCRIBED PENDING",
                        "unsubscribe foo",
                        "disconnect 1006 Socket hung up",
                        "close 1006 Socket hung up",
                        "error SocketProtocolError: Socket hung up");
        scripted.client.connect();
        grant(scripted.server.link().open());
        assertThat(scripted.client.channelState("foo")).isEqualTo(ChannelState.SUBSCRIBED);
    }

    @Test
    void secondSubscribeReplacesOptionsOnly() {
        ScriptedLink link = scripted.open();
        subscribed(link, "foo");
        scripted.client.subscribe("foo", SubscribeOptions.defaults().withData("x"));

        link.nothing();
        assertThat(scripted.client.channelOptions("foo").data()).isEqualTo("x");
        assertThat(scripted.client.channelOptions("bar")).isEqualTo(SubscribeOptions.defaults());
        assertThat(scripted.events()).isEmpty();
    }

    @Test
    @Checklist("SC 151")
    void optionsExceptPriorityAreSent() {
        // and Q20 improved: any data but null is sent
        ScriptedLink link = scripted.open();
        scripted.client.subscribe(
                "foo", SubscribeOptions.defaults().withData(Map.of("q", 1)).withPriority(5));
        scripted.client.subscribe("bar", SubscribeOptions.defaults().withData(0));

        assertThat(link.all())
                .containsExactly(
                        "{\"event\":\"#subscribe\",\"data\":{\"channel\":\"foo\",\"data\":{\"q\":1}},\"cid\":2}",
                        "{\"event\":\"#subscribe\",\"data\":{\"channel\":\"bar\",\"data\":0},\"cid\":3}");
    }

    @Test
    @Checklist("SC 145")
    void channelWaitingForAuthSubscribesWithToken() {
        ScriptedLink link = scripted.open();
        scripted.client.subscribe("secret", SubscribeOptions.defaults().waitingForAuth());
        link.nothing();
        link.receive("{\"event\":\"#setAuthToken\",\"data\":{\"token\":\"" + Tokens.BOB + "\"}}");

        assertThat(grant(link))
                .isEqualTo(
                        "{\"event\":\"#subscribe\",\"data\":{\"channel\":\"secret\",\"waitForAuth\":true},\"cid\":2}");
        assertThat(scripted.events())
                .containsExactly(
                        "subscribeRequest secret",
                        "authStateChange unauthenticated authenticated",
                        "authenticate {username=bob}",
                        "subscribeStateChange secret PENDING SUBSCRIBED",
                        "subscribe secret");
    }

    @Test
    @Checklist("SC 146")
    void subscriptionsPrecedeQueuedCallAndOutliveToken() {
        CompletableFuture<AuthStatus> authenticated = scripted.client.authenticate(Tokens.BOB);
        scripted.client.subscribe("open");
        scripted.client.subscribe("secret", SubscribeOptions.defaults().waitingForAuth());
        ScriptedLink link = scripted.server.link().open();
        assertThat(link.all())
                .containsExactly(
                        "{\"event\":\"#subscribe\",\"data\":{\"channel\":\"open\"},\"cid\":2}",
                        "{\"event\":\"#authenticate\",\"data\":\"" + Tokens.BOB + "\",\"cid\":3}");
        link.receive("{\"rid\":2}", "{\"rid\":3,\"data\":{\"isAuthenticated\":true,\"authError\":null}}");
        assertThat(authenticated.join().isAuthenticated()).isTrue();
        grant(link);
        scripted.client.deauthenticate();
        assertThat(link.next()).isEqualTo("{\"event\":\"#removeAuthToken\"}");
        scripted.client.subscribe("later", SubscribeOptions.defaults().waitingForAuth());

        assertThat(scripted.client.subscriptions(false)).containsExactly("open", "secret");
        assertThat(scripted.client.channelState("later")).isEqualTo(ChannelState.PENDING);
        link.nothing();
    }

    @Test
    @Checklist("SC 147")
    void rejectedSubscriptionIsReportedOnceAndRemoved() {
        ScriptedLink link = scripted.open();
        RealtimeChannel<Payload> channel = scripted.client.subscribe("foo");
        listen(channel);
        link.next();
        link.receive("{\"rid\":2,\"error\":{\"name\":\"BrokerError\",\"message\":\"no\"}}");

        assertThat(channel.state()).isEqualTo(ChannelState.UNSUBSCRIBED);
        assertThat(scripted.events())
                .containsExactly(
                        "subscribeRequest foo",
                        "channel subscribeFail BrokerError: no",
                        "subscribeFail foo BrokerError: no");
        scripted.client.reconnect();
        assertThat(scripted.server.link().open().all()).isEmpty();
    }

    @Test
    void rejectionWithoutTokenKeepsChannelPending() {
        // 5.4
        ScriptedLink link = scripted.open();
        link.receive("{\"event\":\"#setAuthToken\",\"data\":{\"token\":\"" + Tokens.BOB + "\"}}");
        scripted.client.subscribe("secret", SubscribeOptions.defaults().waitingForAuth());
        String request = link.next();
        link.receive("{\"event\":\"#removeAuthToken\"}");
        scripted.events();
        link.receive("{\"rid\":" + ScriptedLink.cid(request) + ",\"error\":{\"name\":\"E\"}}");

        assertThat(scripted.events()).isEmpty();
        assertThat(scripted.client.channelState("secret")).isEqualTo(ChannelState.PENDING);
    }

    @Test
    @Checklist("SC 148")
    void lostConnectionKeepsChannelPending() {
        // and 25 from this side
        ScriptedLink link = scripted.open();
        scripted.client.subscribe("foo");
        link.next();
        link.cut();

        assertThat(scripted.events())
                .containsExactly(
                        "subscribeRequest foo",
                        "disconnect 1006 Socket hung up",
                        "close 1006 Socket hung up",
                        "error SocketProtocolError: Socket hung up");
        assertThat(scripted.client.channelState("foo")).isEqualTo(ChannelState.PENDING);
    }

    @Test
    void subscriptionHasNoTimeout() {
        // 5.4
        with(options -> options.pingTimeoutDisabled(true));
        ScriptedLink link = scripted.open();
        scripted.client.subscribe("foo");
        scripted.server.advance(Duration.ofDays(1));
        grant(link);

        assertThat(scripted.client.channelState("foo")).isEqualTo(ChannelState.SUBSCRIBED);
    }

    @Test
    @Checklist("SC 150")
    void kickOutEndsSubscription() {
        ScriptedLink link = scripted.open();
        listen(subscribed(link, "foo"));
        link.receive(
                "{\"event\":\"#kickOut\",\"data\":{\"channel\":\"foo\",\"message\":\"bye\"}}",
                "{\"event\":\"#kickOut\",\"data\":{\"channel\":\"unknown\"}}",
                "{\"event\":\"#kickOut\",\"data\":{\"channel\":5}}",
                "{\"event\":\"#kickOut\"}");

        assertThat(scripted.events())
                .containsExactly(
                        "kickOut foo bye",
                        "channel kickOut",
                        "channel subscribeStateChange",
                        "channel unsubscribe",
                        "subscribeStateChange foo SUBSCRIBED UNSUBSCRIBED",
                        "unsubscribe foo");
        assertThat(scripted.client.channelState("foo")).isEqualTo(ChannelState.UNSUBSCRIBED);
        link.nothing();
        scripted.client.reconnect();
        scripted.server.link().open().nothing();
    }

    @Test
    @Checklist("SC 141")
    void kickOutMayHaveNoMessage() {
        // from this side
        ScriptedLink link = scripted.open();
        List<ChannelEvent.KickOut> told = new ArrayList<>();
        subscribed(link, "foo").on(ChannelEvent.KickOut.class, told::add);
        link.receive("{\"event\":\"#kickOut\",\"data\":{\"channel\":\"foo\"}}");

        assertThat(told).hasSize(1);
        assertThat(told.getFirst().message().isPresent()).isFalse();
    }

    @Test
    @Checklist("SC 151")
    void pendingChannelsSubscribeByPriority() {
        scripted.client.subscribe("a");
        scripted.client.subscribe("b", SubscribeOptions.defaults().withPriority(1));
        scripted.client.subscribe("c", SubscribeOptions.defaults().withPriority(2));
        scripted.client.subscribe("d", SubscribeOptions.defaults().withPriority(1));
        scripted.client.connect();

        assertThat(scripted.server.link().open().all())
                .containsExactly(
                        "{\"event\":\"#subscribe\",\"data\":{\"channel\":\"c\"},\"cid\":2}",
                        "{\"event\":\"#subscribe\",\"data\":{\"channel\":\"b\"},\"cid\":3}",
                        "{\"event\":\"#subscribe\",\"data\":{\"channel\":\"d\"},\"cid\":4}",
                        "{\"event\":\"#subscribe\",\"data\":{\"channel\":\"a\"},\"cid\":5}");
    }

    @Test
    @Checklist("SC 152")
    void channelPrefixIsOnWireOnly() {
        with(options -> options.channelPrefix("app."));
        ScriptedLink link = scripted.open();
        List<Object> received = new ArrayList<>();
        RealtimeChannel<Payload> channel = scripted.client.subscribe("foo");
        channel.on(data -> received.add(String.valueOf(data.value())));
        assertThat(grant(link)).contains("\"channel\":\"app.foo\"");
        channel.transmitPublish(1);
        assertThat(link.next()).isEqualTo("{\"event\":\"#publish\",\"data\":{\"channel\":\"app.foo\",\"data\":1}}");
        link.receive(publish("app.foo", "\"in\""), publish("other.foo", "\"out\""));
        scripted.client.unsubscribe("foo");

        assertThat(received).containsExactly("in");
        assertThat(link.next()).isEqualTo("{\"event\":\"#unsubscribe\",\"data\":\"app.foo\"}");
    }

    @Test
    @Checklist("SC 153")
    void publicationsArriveInOrderUntilChannelCloses() {
        ScriptedLink link = scripted.open();
        RealtimeChannel<Integer> channel = scripted.client.subscribe("foo", Integer.class);
        grant(link);
        link.receive(publish("foo", "1"), publish("foo", "2"));
        scripted.client.closeChannel("foo");
        scripted.server.run();
        link.receive(publish("foo", "3"));

        List<Integer> all = new ArrayList<>();
        channel.forEach(all::add);
        assertThat(all).containsExactly(1, 2);
        assertThat(channel.state()).isEqualTo(ChannelState.SUBSCRIBED);
    }

    @Test
    @Checklist("SC 190")
    void closedChannelKeepsEndMarkUnlikeKilledChannel() {
        ScriptedLink link = scripted.open();
        RealtimeChannel<Payload> channel = subscribed(link, "foo");
        EventStream<Payload> first = channel.stream();
        scripted.client.closeChannel("foo");
        scripted.server.run();
        assertThat(scripted.client.channelOutputs().backpressure("foo")).isEqualTo(1);
        assertThat(scripted.client.backpressure()).isEqualTo(1);
        EventStream<Payload> second = channel.stream();
        link.receive(publish("foo", "1"));
        scripted.client.killChannel("foo");
        scripted.server.run();

        assertThat(scripted.client.channelOutputs().backpressure("foo")).isZero();
        assertThatThrownBy(() -> first.next(Duration.ZERO)).isInstanceOf(NoSuchElementException.class);
        assertThatThrownBy(() -> second.next(Duration.ZERO)).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    @Checklist("SC 189")
    void consumersOfChannelEventsAreListed() {
        RealtimeChannel<Payload> foo = scripted.client.channel("foo");
        RealtimeChannel<Payload> bar = scripted.client.channel("bar");
        foo.stream(ChannelEvent.Subscribe.class);
        bar.stream(ChannelEvent.SubscribeFail.class);
        foo.on(ChannelEvent.KickOut.class, event -> {});

        assertThat(scripted.client.channelListeners().consumers())
                .extracting(Streams.Consumer::id, Streams.Consumer::stream)
                .containsExactly(
                        org.assertj.core.api.Assertions.tuple(1L, "foo/subscribe"),
                        org.assertj.core.api.Assertions.tuple(2L, "bar/subscribeFail"),
                        org.assertj.core.api.Assertions.tuple(3L, "foo/kickOut"));
        // Q24, improved: the name is not a prefix
        scripted.client.channel("foo/bar").stream(ChannelEvent.Subscribe.class);
        scripted.client.killChannel("foo");
        assertThat(scripted.client.channelListeners().consumers())
                .extracting(Streams.Consumer::stream)
                .containsExactly("bar/subscribeFail", "foo/bar/subscribe");
    }

    @Test
    void unsubscribeIsNotConfirmed() {
        ScriptedLink link = scripted.open();
        RealtimeChannel<Payload> channel = subscribed(link, "foo");
        listen(channel);
        channel.unsubscribe();
        assertThat(channel.state()).isEqualTo(ChannelState.UNSUBSCRIBED);

        assertThat(link.next()).isEqualTo("{\"event\":\"#unsubscribe\",\"data\":\"foo\"}");
        assertThat(scripted.events())
                .containsExactly(
                        "channel subscribeStateChange",
                        "channel unsubscribe",
                        "subscribeStateChange foo SUBSCRIBED UNSUBSCRIBED",
                        "unsubscribe foo");
        scripted.client.unsubscribe("foo");
        link.nothing();
    }

    @Test
    void unsubscribeOfPendingChannelIsSentWithoutEvents() {
        // Q17
        ScriptedLink link = scripted.open();
        scripted.client.subscribe("foo");
        String request = link.next();
        scripted.events();
        scripted.client.unsubscribe("foo");
        link.receive("{\"rid\":" + ScriptedLink.cid(request) + "}");

        assertThat(link.all()).containsExactly("{\"event\":\"#unsubscribe\",\"data\":\"foo\"}");
        assertThat(scripted.events()).isEmpty();
        assertThat(scripted.client.channelState("foo")).isEqualTo(ChannelState.UNSUBSCRIBED);
    }

    @Test
    void channelsStayPendingWithoutAutoSubscribe() {
        // 5.4
        with(options -> options.autoSubscribeOnConnect(false));
        scripted.client.subscribe("foo");
        scripted.client.connect();
        ScriptedLink link = scripted.server.link().open();
        scripted.client.subscribe("bar");
        link.nothing();
        assertThat(scripted.client.isPreparingPendingSubscriptions()).isTrue();
        scripted.client.processPendingSubscriptions();

        assertThat(link.all()).hasSize(2);
        assertThat(scripted.client.isPreparingPendingSubscriptions()).isFalse();
        scripted.client.subscribe("baz");
        assertThat(link.all()).hasSize(1);
    }

    @Test
    @Checklist("SC 137")
    void offlineSubscribeAndPublishKeepOrder() {
        // from this side
        scripted.client.subscribe("foo");
        CompletableFuture<Void> published = scripted.client.invokePublish("foo", "hi");
        ScriptedLink link = scripted.server.link().open();
        assertThat(link.all())
                .containsExactly(
                        "{\"event\":\"#subscribe\",\"data\":{\"channel\":\"foo\"},\"cid\":2}",
                        "{\"event\":\"#publish\",\"data\":{\"channel\":\"foo\",\"data\":\"hi\"},\"cid\":3}");
        link.receive("{\"rid\":3}");
        assertThat(published).isCompleted();
    }

    @Test
    void publicationToPendingChannelIsDelivered() {
        // 5.4
        ScriptedLink link = scripted.open();
        RealtimeChannel<News> channel = scripted.client.subscribe("foo", News.class);
        link.next();
        link.receive(publish("foo", "{\"title\":\"t\"}"), publish("unknown", "1"));

        assertThat(channel.next(Duration.ZERO)).isEqualTo(new News("t"));
    }

    @Test
    @Checklist("SC 135")
    void publicationWithoutDataIsNull() {
        // from this side
        ScriptedLink link = scripted.open();
        RealtimeChannel<News> channel = scripted.client.subscribe("foo", News.class);
        RealtimeChannel<Payload> raw = scripted.client.subscribe("foo");
        grant(link);
        link.receive("{\"event\":\"#publish\",\"data\":{\"channel\":\"foo\"}}");

        Iterator<News> news = channel.iterator();
        assertThat(news.hasNext()).isTrue();
        assertThat(news.next()).isNull();
        assertThat(raw.next(Duration.ZERO).isPresent()).isFalse();
    }

    @Test
    void dataOfOtherTypeIsSkippedAndReported() {
        ScriptedLink link = scripted.open();
        RealtimeChannel<News> channel = scripted.client.subscribe("foo", News.class);
        grant(link);
        scripted.events();
        link.receive(publish("foo", "17"), publish("foo", "{\"title\":\"t\"}"));

        assertThat(channel.next(Duration.ZERO)).isEqualTo(new News("t"));
        assertThat(scripted.events())
                .singleElement()
                .asString()
                .startsWith("error InvalidMessageError: publication to channel 'foo' (expected: ");
    }

    // ---- handles

    @Test
    void subscribedHandleStreamsFromSubscription() {
        ScriptedLink link = scripted.open();
        RealtimeChannel<Integer> channel = scripted.client.subscribe("foo", Integer.class);
        grant(link);
        link.receive(publish("foo", "1"));
        EventStream<Integer> later = channel.stream();
        link.receive(publish("foo", "2"));

        assertThat(channel.next(Duration.ZERO)).isEqualTo(1);
        assertThat(channel.next(Duration.ZERO)).isEqualTo(2);
        assertThat(later.next(Duration.ZERO)).isEqualTo(2);
        assertThatThrownBy(() -> later.next(Duration.ZERO)).isInstanceOf(DeadlineExceededException.class);
    }

    @Test
    void unsubscribedHandleStreamsFromFirstRead() {
        ScriptedLink link = scripted.open();
        subscribed(link, "foo").close();
        RealtimeChannel<Integer> channel = scripted.client.channel("foo", Integer.class);
        link.receive(publish("foo", "1"));
        assertThatThrownBy(() -> channel.next(Duration.ZERO)).isInstanceOf(DeadlineExceededException.class);
        link.receive(publish("foo", "2"));

        assertThat(channel.next(Duration.ZERO)).isEqualTo(2);
        link.nothing();
    }

    @Test
    void firstListenerReceivesBufferedData() {
        ScriptedLink link = scripted.open();
        RealtimeChannel<Integer> channel = scripted.client.subscribe("foo", Integer.class);
        grant(link);
        link.receive(publish("foo", "1"), publish("foo", "2"));
        List<Integer> received = new ArrayList<>();
        Subscription subscription = channel.on(received::add);
        link.receive(publish("foo", "3"));
        subscription.close();
        link.receive(publish("foo", "4"));

        assertThat(received).containsExactly(1, 2, 3);
        assertThat(scripted.client.channelOutputs().consumers("foo")).isEmpty();
    }

    @Test
    void onceListenerReceivesOnePublication() {
        ScriptedLink link = scripted.open();
        RealtimeChannel<Integer> channel = scripted.client.subscribe("foo", Integer.class);
        grant(link);
        link.receive(publish("foo", "1"));
        List<Integer> received = new ArrayList<>();
        channel.once(received::add);
        channel.once(received::add);
        link.receive(publish("foo", "2"), publish("foo", "3"));

        assertThat(received).containsExactlyInAnyOrder(1, 2);
        assertThat(scripted.client.channelOutputs().consumers("foo")).isEmpty();
    }

    @Test
    void fullUnreadStreamDoesNotPauseClient() {
        with(options -> options.maxPendingMessages(3));
        ScriptedLink link = scripted.open();
        RealtimeChannel<Integer> untouched = scripted.client.subscribe("foo", Integer.class);
        List<Integer> received = new ArrayList<>();
        scripted.client.channel("foo", Integer.class).on(received::add);
        grant(link);
        scripted.events();
        for (int i = 1; i <= 5; i++) {
            link.receive(publish("foo", Integer.toString(i)));
        }

        assertThat(received).containsExactly(1, 2, 3, 4, 5);
        assertThat(scripted.events()).containsExactly("dropped unread 3");
        assertThat(scripted.client.stats().drops()).containsEntry(DropReason.UNREAD, 3L);
        assertThatThrownBy(() -> untouched.next(Duration.ZERO)).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void fullReadStreamPausesClient() {
        with(options -> options.maxPendingMessages(2));
        ScriptedLink link = scripted.open();
        RealtimeChannel<Integer> channel = scripted.client.subscribe("foo", Integer.class);
        grant(link);
        Iterator<Integer> values = channel.iterator();
        for (int i = 1; i <= 6; i++) {
            link.receive(publish("foo", Integer.toString(i)));
        }
        assertThat(link.reading).isFalse();
        List<Integer> received = new ArrayList<>();
        for (int i = 1; i <= 6; i++) {
            scripted.server.run();
            received.add(values.next());
        }
        scripted.server.run();

        assertThat(received).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(link.reading).isTrue();
    }

    @Test
    void closedHandleEndsOnlyItsStream() {
        ScriptedLink link = scripted.open();
        RealtimeChannel<Integer> channel = scripted.client.subscribe("foo", Integer.class);
        EventStream<Integer> other = channel.stream();
        grant(link);
        channel.close();
        link.receive(publish("foo", "1"));

        assertThat(channel.iterator().hasNext()).isFalse();
        assertThat(other.next(Duration.ZERO)).isEqualTo(1);
        assertThat(channel.state()).isEqualTo(ChannelState.SUBSCRIBED);
    }

    @Test
    void subscriptionBeyondMaxChannelsFails() {
        with(options -> options.maxChannels(1));
        ScriptedLink link = scripted.open();
        subscribed(link, "foo");
        RealtimeChannel<Payload> bar = scripted.client.subscribe("bar");
        listen(bar);

        assertThat(bar.state()).isEqualTo(ChannelState.UNSUBSCRIBED);
        assertThat(scripted.events())
                .containsExactly(
                        "channel subscribeFail InvalidActionError: Cannot subscribe to channel bar: the client has 1 channels (expected: at most maxChannels = 1)",
                        "subscribeFail bar InvalidActionError: Cannot subscribe to channel bar: the client has 1 channels (expected: at most maxChannels = 1)");
    }

    @Test
    void closedClientEndsStreams() {
        ScriptedLink link = scripted.open();
        RealtimeChannel<Integer> channel = scripted.client.subscribe("foo", Integer.class);
        grant(link);
        link.receive(publish("foo", "1"));
        scripted.client.close();
        scripted.server.run();

        List<Integer> all = new ArrayList<>();
        channel.forEach(all::add);
        assertThat(all).containsExactly(1);
        assertThat(scripted.client.subscribe("late").iterator().hasNext()).isFalse();
    }
}
