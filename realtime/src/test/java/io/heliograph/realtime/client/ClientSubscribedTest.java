package io.heliograph.realtime.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.ClosedException;
import io.heliograph.EventStream;
import io.heliograph.Subscription;
import io.heliograph.codec.Payload;
import io.heliograph.realtime.ChannelState;
import io.heliograph.realtime.InvalidActionException;
import io.heliograph.realtime.RealtimeChannel;
import io.heliograph.realtime.RealtimeException;
import io.heliograph.realtime.SubscribeOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClientSubscribedTest {

    private ScriptedClient scripted = new ScriptedClient();

    @AfterEach
    void close() {
        scripted.close();
    }

    private static void refuse(ScriptedLink link) {
        String request = link.next();
        link.receive("{\"rid\":" + ScriptedLink.cid(request) + ",\"error\":{\"name\":\"E\",\"message\":\"no\"}}");
    }

    @Test
    void subscribedCompletesWithConfirmation() {
        ScriptedLink link = scripted.open();
        RealtimeChannel<Payload> news = scripted.client.subscribe("news");
        CompletableFuture<Void> subscribed = news.subscribed();
        scripted.server.run();
        assertThat(subscribed).isNotDone();

        link.confirmSubscription();
        assertThat(subscribed).isCompleted();
        assertThat(news.subscribed()).isCompleted();
        assertThat(scripted.client.channel("news").subscribed()).isCompleted();
    }

    @Test
    void refusalFailsFutureAndEndsStreams() {
        ScriptedLink link = scripted.open();
        RealtimeChannel<Payload> members = scripted.client.subscribe("members");
        EventStream<Payload> further = members.stream();
        link.receive(ScriptedLink.publish("members", "1"));
        refuse(link);

        assertThat(scripted.failure(members.subscribed()))
                .isInstanceOfSatisfying(
                        RealtimeException.class, e -> assertThat(e.errorName()).isEqualTo("E"));
        Iterator<Payload> loop = members.iterator();
        assertThat(loop.next().value()).isEqualTo(1L);
        assertThatThrownBy(loop::hasNext).isInstanceOf(RealtimeException.class).hasMessage("no");
        assertThat(further.next(Duration.ZERO).value()).isEqualTo(1L);
        assertThatThrownBy(() -> further.next(Duration.ofSeconds(10))).hasMessage("no");
        assertThat(members.state()).isEqualTo(ChannelState.UNSUBSCRIBED);
    }

    @Test
    void refusedHandleSubscribesAgain() {
        ScriptedLink link = scripted.open();
        RealtimeChannel<Payload> members = scripted.client.subscribe("members");
        List<Object> heard = new ArrayList<>();
        Iterator<Payload> refused = members.iterator();
        scripted.client.channel("members").on(data -> heard.add(data.value()));
        refuse(link);
        assertThatThrownBy(refused::hasNext).hasMessage("no");

        assertThat(members.subscribe()).isSameAs(members);
        link.confirmSubscription();
        link.receive(ScriptedLink.publish("members", "7"));
        assertThat(members.subscribed()).isCompleted();
        assertThat(members.next(Duration.ZERO).value()).isEqualTo(7L);
        assertThat(heard).containsExactly(7L);
    }

    @Test
    void refusedUnreadHandleSubscribesAgain() {
        ScriptedLink link = scripted.open();
        RealtimeChannel<Payload> members = scripted.client.subscribe("members");
        refuse(link);
        members.subscribe();
        link.confirmSubscription();
        link.receive(ScriptedLink.publish("members", "7"));
        assertThat(members.next(Duration.ZERO).value()).isEqualTo(7L);
    }

    @Test
    void refusalAfterReconnectEndsStream() {
        ScriptedLink link = scripted.open();
        RealtimeChannel<Payload> members = scripted.subscribed(link, "members");
        link.cut();
        assertThat(members.subscribed()).isNotDone();

        scripted.client.connect();
        refuse(scripted.server.link().open());
        assertThat(scripted.failure(members.subscribed())).hasMessage("no");
        assertThatThrownBy(() -> members.next(Duration.ZERO)).hasMessage("no");
    }

    @Test
    void reconnectConfirmsAgain() {
        ScriptedLink link = scripted.open();
        RealtimeChannel<Payload> news = scripted.subscribed(link, "news");
        link.cut();
        CompletableFuture<Void> again = news.subscribed();
        assertThat(again).isNotDone();
        scripted.client.connect();
        scripted.server.link().open().confirmSubscription();
        assertThat(again).isCompleted();
    }

    @Test
    void subscribedFailsWithTheEndOfPendingSubscription() {
        ScriptedLink link = scripted.open();
        RealtimeChannel<Payload> left = scripted.client.subscribe("left");
        RealtimeChannel<Payload> kicked = scripted.client.subscribe("kicked");
        RealtimeChannel<Payload> open = scripted.client.subscribe("open");
        left.unsubscribe();
        link.receive("{\"event\":\"#kickOut\",\"data\":{\"channel\":\"kicked\"}}");
        assertThat(scripted.failure(left.subscribed())).isInstanceOf(InvalidActionException.class);
        assertThat(scripted.failure(kicked.subscribed())).isInstanceOf(InvalidActionException.class);

        scripted.client.close();
        assertThat(scripted.failure(open.subscribed())).isInstanceOf(ClosedException.class);
        assertThat(open.iterator().hasNext()).isFalse();
        assertThat(scripted.failure(scripted.client.subscribe("late").subscribed()))
                .isInstanceOf(ClosedException.class);
        assertThat(scripted.failure(scripted.client.channel("other").subscribed()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("channel 'other' is not subscribed (expected: subscribe() first)");
    }

    @Test
    void channelBeyondMaximumIsRefused() {
        scripted.close();
        scripted = new ScriptedClient(options -> options.maxChannels(1));
        scripted.client.subscribe("one");
        RealtimeChannel<Payload> two = scripted.client.subscribe("two");

        assertThat(scripted.failure(two.subscribed())).hasMessageContaining("at most maxChannels = 1");
        assertThatThrownBy(() -> two.next(Duration.ZERO)).isInstanceOf(InvalidActionException.class);
    }

    @Test
    void listenerHasFutureOfItsSubscription() {
        ScriptedLink link = scripted.open();
        Subscription listener = scripted.client.subscribe("members").on(data -> {});
        assertThat(listener.subscribed()).isNotDone();
        refuse(link);
        assertThat(scripted.failure(listener.subscribed())).hasMessage("no");
    }

    @Test
    void handleWithListenerBeginsNoStream() {
        ScriptedLink link = scripted.open();
        RealtimeChannel<Payload> news = scripted.client.channel("news");
        List<Object> heard = new ArrayList<>();
        news.on(data -> heard.add(data.value()));
        news.subscribe();
        link.confirmSubscription();
        for (int i = 0; i < 2000; i++) {
            link.receive(ScriptedLink.publish("news", "1"));
        }
        assertThat(heard).hasSize(2000);
        assertThat(scripted.client.stats().drops()).isEmpty();
    }

    @Test
    void unansweredRequestIsSentAgainAfterReconnect() {
        ScriptedLink link = scripted.open();
        RealtimeChannel<Payload> news = scripted.client.subscribe("news");
        assertThat(link.next()).startsWith("{\"event\":\"#subscribe\"");
        link.cut();
        scripted.client.connect();
        scripted.server.link().open().confirmSubscription();
        assertThat(news.subscribed()).isCompleted();
    }

    @Test
    void lateResponseOfLostConnectionIsIgnored() {
        ScriptedLink link = scripted.open();
        RealtimeChannel<Payload> news = scripted.client.subscribe("news");
        String first = ScriptedLink.cid(link.next());
        link.cut();
        scripted.client.connect();
        ScriptedLink second = scripted.server.link().open();
        second.receive("{\"rid\":" + first + "}");
        assertThat(news.subscribed()).isNotDone();
        second.confirmSubscription();
        assertThat(news.subscribed()).isCompleted();
    }

    @Test
    void requestInFlightIsNotRepeated() {
        ScriptedLink link = scripted.open();
        scripted.client.subscribe("news");
        link.next();
        scripted.client.processPendingSubscriptions();
        scripted.client.channel("news").subscribe();
        link.nothing();
    }

    @Test
    void subscriptionRejectedWithoutTokenIsRequestedWithToken() {
        ScriptedLink link = scripted.open();
        String token = "{\"event\":\"#setAuthToken\",\"data\":{\"token\":\"" + Tokens.BOB + "\"}}";
        link.receive(token);
        RealtimeChannel<Payload> secret = scripted.client
                .channel("secret")
                .subscribe(SubscribeOptions.defaults().waitingForAuth());
        String request = link.next();
        link.receive("{\"event\":\"#removeAuthToken\"}");
        link.receive("{\"rid\":" + ScriptedLink.cid(request) + ",\"error\":{\"name\":\"E\"}}");
        assertThat(secret.subscribed()).isNotDone();
        link.nothing();

        link.receive(token);
        link.confirmSubscription();
        assertThat(secret.subscribed()).isCompleted();
    }

    @Test
    void lostConnectionEndsPreparation() {
        scripted.close();
        scripted = new ScriptedClient(options -> options.autoSubscribeOnConnect(false));
        ScriptedLink link = scripted.open();
        assertThat(scripted.client.isPreparingPendingSubscriptions()).isTrue();
        link.cut();
        assertThat(scripted.client.isPreparingPendingSubscriptions()).isFalse();
    }

    @Test
    void publicationOfUnsubscribedChannelIsDropped() {
        ScriptedLink link = scripted.open();
        List<Object> heard = new ArrayList<>();
        RealtimeChannel<Payload> news = scripted.subscribed(link, "news");
        news.on(data -> heard.add(data.value()));
        link.receive(ScriptedLink.publish("news", "1"));
        news.unsubscribe();
        link.receive(ScriptedLink.publish("news", "2"));
        assertThat(heard).containsExactly(1L);
    }
}
