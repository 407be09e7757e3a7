package io.heliograph.realtime.client;

import static io.heliograph.realtime.client.ScriptedClient.CUT;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.codec.Payload;
import io.heliograph.realtime.AuthStatus;
import io.heliograph.realtime.ChannelEvent;
import io.heliograph.realtime.ChannelState;
import io.heliograph.realtime.RealtimeChannel;
import io.heliograph.realtime.RealtimeClient;
import io.heliograph.realtime.SubscribeOptions;
import io.heliograph.realtime.session.Events;
import io.heliograph.testkit.Checklist;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClientChannelTest {

    private ScriptedClient scripted = new ScriptedClient();

    private void with(Consumer<RealtimeClient.Builder> options) {
        scripted.close();
        scripted = new ScriptedClient(options);
    }

    @AfterEach
    void close() {
        scripted.close();
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

        assertThat(link.confirmSubscription())
                .isEqualTo("{\"event\":\"#subscribe\",\"data\":{\"channel\":\"foo\",\"since\":\"\"},\"cid\":2}");
        assertThat(channel.state()).isEqualTo(ChannelState.SUBSCRIBED);
        assertThat(scripted.client.channel("foo").isSubscribed(false)).isTrue();
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
        listen(scripted.subscribed(link, "foo"));
        link.cut();

        assertThat(scripted.client.channel("foo").state()).isEqualTo(ChannelState.PENDING);
        assertThat(scripted.events())
                .containsExactly(
                        "channel subscribeStateChange",
                        "channel unsubscribe",
                        "subscribeStateChange foo SUBSCRIBED PENDING",
                        "unsubscribe foo",
                        "disconnect 1006 Socket hung up",
                        "close 1006 Socket hung up",
                        "error SocketProtocolError: Socket hung up" + CUT);
        scripted.client.connect();
        scripted.server.link().open().confirmSubscription();
        assertThat(scripted.client.channel("foo").state()).isEqualTo(ChannelState.SUBSCRIBED);
    }

    @Test
    void secondSubscribeReplacesOptionsOnly() {
        ScriptedLink link = scripted.open();
        scripted.subscribed(link, "foo");
        scripted.client.channel("foo").subscribe(SubscribeOptions.defaults().withData("x"));

        link.nothing();
        assertThat(scripted.client.channel("foo").options().data()).isEqualTo("x");
        assertThat(scripted.client.channel("bar").options()).isEqualTo(SubscribeOptions.defaults());
        assertThat(scripted.events()).isEmpty();
    }

    @Test
    @Checklist("SC 151")
    void optionsExceptPriorityAreSent() {
        // Unlike the original, any data except null is sent.
        ScriptedLink link = scripted.open();
        scripted.client
                .channel("foo")
                .subscribe(SubscribeOptions.defaults().withData(Map.of("q", 1)).withPriority(5));
        scripted.client.channel("bar").subscribe(SubscribeOptions.defaults().withData(0));

        assertThat(link.all())
                .containsExactly(
                        "{\"event\":\"#subscribe\",\"data\":{\"channel\":\"foo\",\"data\":{\"q\":1},\"since\":\"\"},\"cid\":2}",
                        "{\"event\":\"#subscribe\",\"data\":{\"channel\":\"bar\",\"data\":0,\"since\":\"\"},\"cid\":3}");
    }

    @Test
    @Checklist("SC 145")
    void channelWaitingForAuthSubscribesWithToken() {
        ScriptedLink link = scripted.open();
        scripted.client.channel("secret").subscribe(SubscribeOptions.defaults().waitingForAuth());
        link.nothing();
        link.receive("{\"event\":\"#setAuthToken\",\"data\":{\"token\":\"" + Tokens.BOB + "\"}}");

        assertThat(link.confirmSubscription())
                .isEqualTo(
                        "{\"event\":\"#subscribe\",\"data\":{\"channel\":\"secret\",\"waitForAuth\":true,\"since\":\"\"},\"cid\":2}");
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
        scripted.client.channel("secret").subscribe(SubscribeOptions.defaults().waitingForAuth());
        ScriptedLink link = scripted.server.link().open();
        assertThat(link.all())
                .containsExactly(
                        "{\"event\":\"#subscribe\",\"data\":{\"channel\":\"open\",\"since\":\"\"},\"cid\":2}",
                        "{\"event\":\"#authenticate\",\"data\":\"" + Tokens.BOB + "\",\"cid\":3}");
        link.receive("{\"rid\":2}", "{\"rid\":3,\"data\":{\"isAuthenticated\":true,\"authError\":null}}");
        assertThat(authenticated.join().isAuthenticated()).isTrue();
        link.confirmSubscription();
        scripted.client.deauthenticate();
        assertThat(link.next()).isEqualTo("{\"event\":\"#removeAuthToken\"}");
        scripted.client.channel("later").subscribe(SubscribeOptions.defaults().waitingForAuth());

        assertThat(scripted.client.subscriptions(false)).containsExactly("open", "secret");
        assertThat(scripted.client.channel("later").state()).isEqualTo(ChannelState.PENDING);
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
        scripted.client.channel("secret").subscribe(SubscribeOptions.defaults().waitingForAuth());
        String request = link.next();
        link.receive("{\"event\":\"#removeAuthToken\"}");
        scripted.events();
        link.receive("{\"rid\":" + ScriptedLink.cid(request) + ",\"error\":{\"name\":\"E\"}}");

        assertThat(scripted.events()).isEmpty();
        assertThat(scripted.client.channel("secret").state()).isEqualTo(ChannelState.PENDING);
    }

    @Test
    @Checklist("SC 148")
    void lostConnectionKeepsChannelPending() {
        ScriptedLink link = scripted.open();
        scripted.client.subscribe("foo");
        link.next();
        link.cut();

        assertThat(scripted.events())
                .containsExactly(
                        "subscribeRequest foo",
                        "disconnect 1006 Socket hung up",
                        "close 1006 Socket hung up",
                        "error SocketProtocolError: Socket hung up" + CUT);
        assertThat(scripted.client.channel("foo").state()).isEqualTo(ChannelState.PENDING);
    }

    @Test
    void subscriptionHasNoTimeout() {
        // 5.4
        with(options -> options.pingTimeoutDisabled(true));
        ScriptedLink link = scripted.open();
        scripted.client.subscribe("foo");
        scripted.server.advance(Duration.ofDays(1));
        link.confirmSubscription();

        assertThat(scripted.client.channel("foo").state()).isEqualTo(ChannelState.SUBSCRIBED);
    }

    @Test
    @Checklist("SC 150")
    void kickOutEndsSubscription() {
        ScriptedLink link = scripted.open();
        listen(scripted.subscribed(link, "foo"));
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
        assertThat(scripted.client.channel("foo").state()).isEqualTo(ChannelState.UNSUBSCRIBED);
        link.nothing();
        scripted.client.reconnect();
        scripted.server.link().open().nothing();
    }

    @Test
    @Checklist("SC 141")
    void kickOutMayHaveNoMessage() {
        ScriptedLink link = scripted.open();
        List<ChannelEvent.KickOut> kickOuts = new ArrayList<>();
        scripted.subscribed(link, "foo").on(ChannelEvent.KickOut.class, kickOuts::add);
        link.receive("{\"event\":\"#kickOut\",\"data\":{\"channel\":\"foo\"}}");

        assertThat(kickOuts).hasSize(1);
        assertThat(kickOuts.getFirst().message().isPresent()).isFalse();
    }

    @Test
    @Checklist("SC 151")
    void pendingChannelsSubscribeByPriority() {
        scripted.client.subscribe("a");
        scripted.client.channel("b").subscribe(SubscribeOptions.defaults().withPriority(1));
        scripted.client.channel("c").subscribe(SubscribeOptions.defaults().withPriority(2));
        scripted.client.channel("d").subscribe(SubscribeOptions.defaults().withPriority(1));
        scripted.client.connect();

        assertThat(scripted.server.link().open().all())
                .containsExactly(
                        "{\"event\":\"#subscribe\",\"data\":{\"channel\":\"c\",\"since\":\"\"},\"cid\":2}",
                        "{\"event\":\"#subscribe\",\"data\":{\"channel\":\"b\",\"since\":\"\"},\"cid\":3}",
                        "{\"event\":\"#subscribe\",\"data\":{\"channel\":\"d\",\"since\":\"\"},\"cid\":4}",
                        "{\"event\":\"#subscribe\",\"data\":{\"channel\":\"a\",\"since\":\"\"},\"cid\":5}");
    }

    @Test
    @Checklist("SC 152")
    void channelPrefixIsOnWireOnly() {
        with(options -> options.channelPrefix("app."));
        ScriptedLink link = scripted.open();
        List<Object> received = new ArrayList<>();
        RealtimeChannel<Payload> channel = scripted.client.subscribe("foo");
        channel.on(data -> received.add(String.valueOf(data.value())));
        assertThat(link.confirmSubscription()).contains("\"channel\":\"app.foo\"");
        channel.transmitPublish(1);
        assertThat(link.next()).isEqualTo("{\"event\":\"#publish\",\"data\":{\"channel\":\"app.foo\",\"data\":1}}");
        link.receive(ScriptedLink.publish("app.foo", "\"in\""), ScriptedLink.publish("other.foo", "\"out\""));
        scripted.client.channel("foo").unsubscribe();

        assertThat(received).containsExactly("in");
        assertThat(link.next()).isEqualTo("{\"event\":\"#unsubscribe\",\"data\":\"app.foo\"}");
    }

    @Test
    void unsubscribeIsNotConfirmed() {
        ScriptedLink link = scripted.open();
        RealtimeChannel<Payload> channel = scripted.subscribed(link, "foo");
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
        scripted.client.channel("foo").unsubscribe();
        link.nothing();
    }

    @Test
    void unsubscribeOfPendingChannelIsSentWithoutEvents() {
        // Q17
        ScriptedLink link = scripted.open();
        scripted.client.subscribe("foo");
        String request = link.next();
        scripted.events();
        scripted.client.channel("foo").unsubscribe();
        link.receive("{\"rid\":" + ScriptedLink.cid(request) + "}");

        assertThat(link.all()).containsExactly("{\"event\":\"#unsubscribe\",\"data\":\"foo\"}");
        assertThat(scripted.events()).isEmpty();
        assertThat(scripted.client.channel("foo").state()).isEqualTo(ChannelState.UNSUBSCRIBED);
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
        with(options -> options.recovery(false));
        scripted.client.subscribe("foo");
        CompletableFuture<Void> published = scripted.client.channel("foo").publish("hi");
        ScriptedLink link = scripted.server.link().open();
        assertThat(link.all())
                .containsExactly(
                        "{\"event\":\"#subscribe\",\"data\":{\"channel\":\"foo\"},\"cid\":2}",
                        "{\"event\":\"#publish\",\"data\":{\"channel\":\"foo\",\"data\":\"hi\"},\"cid\":3}");
        link.receive("{\"rid\":3}");
        assertThat(published).isCompleted();
    }

    @Test
    void subscriptionBeyondMaxChannelsFails() {
        with(options -> options.maxChannels(1));
        ScriptedLink link = scripted.open();
        scripted.subscribed(link, "foo");
        RealtimeChannel<Payload> bar = scripted.client.subscribe("bar");
        listen(bar);

        assertThat(bar.state()).isEqualTo(ChannelState.UNSUBSCRIBED);
        assertThat(scripted.events())
                .containsExactly(
                        "channel subscribeFail InvalidActionError: Cannot subscribe to channel bar: the client has 1 channels (expected: at most maxChannels = 1)",
                        "subscribeFail bar InvalidActionError: Cannot subscribe to channel bar: the client has 1 channels (expected: at most maxChannels = 1)");
    }
}
