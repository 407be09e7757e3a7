package io.heliograph.realtime.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.DeadlineExceededException;
import io.heliograph.DropReason;
import io.heliograph.EventStream;
import io.heliograph.Subscription;
import io.heliograph.codec.Payload;
import io.heliograph.realtime.ChannelEvent;
import io.heliograph.realtime.ChannelState;
import io.heliograph.realtime.RealtimeChannel;
import io.heliograph.realtime.RealtimeClient;
import io.heliograph.realtime.Streams;
import io.heliograph.testkit.Checklist;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClientChannelStreamTest {

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

    @Test
    @Checklist("SC 153")
    void publicationsArriveInOrderUntilChannelCloses() {
        ScriptedLink link = scripted.open();
        RealtimeChannel<Integer> channel = scripted.client.subscribe("foo", Integer.class);
        link.confirmSubscription();
        link.receive(ScriptedLink.publish("foo", "1"), ScriptedLink.publish("foo", "2"));
        scripted.client.closeChannel("foo");
        scripted.server.run();
        link.receive(ScriptedLink.publish("foo", "3"));

        List<Integer> all = new ArrayList<>();
        channel.forEach(all::add);
        assertThat(all).containsExactly(1, 2);
        assertThat(channel.state()).isEqualTo(ChannelState.SUBSCRIBED);
    }

    @Test
    @Checklist("SC 190")
    void closedChannelKeepsEndMarkUnlikeKilledChannel() {
        ScriptedLink link = scripted.open();
        RealtimeChannel<Payload> channel = scripted.subscribed(link, "foo");
        EventStream<Payload> first = channel.stream();
        scripted.client.closeChannel("foo");
        scripted.server.run();
        assertThat(scripted.client.channelOutputs().backpressure("foo")).isEqualTo(1);
        assertThat(scripted.client.backpressure()).isEqualTo(1);
        EventStream<Payload> second = channel.stream();
        link.receive(ScriptedLink.publish("foo", "1"));
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
        // An abandoned stream is closed when it is garbage collected.
        List<EventStream<?>> reachable = new ArrayList<>();
        reachable.add(foo.stream(ChannelEvent.Subscribe.class));
        reachable.add(bar.stream(ChannelEvent.SubscribeFail.class));
        foo.on(ChannelEvent.KickOut.class, event -> {});

        assertThat(scripted.client.channelListeners().consumers())
                .extracting(Streams.Consumer::id, Streams.Consumer::stream)
                .containsExactly(
                        org.assertj.core.api.Assertions.tuple(1L, "foo/subscribe"),
                        org.assertj.core.api.Assertions.tuple(2L, "bar/subscribeFail"),
                        org.assertj.core.api.Assertions.tuple(3L, "foo/kickOut"));
        // Q24, improved: the name is not a prefix
        reachable.add(scripted.client.channel("foo/bar").stream(ChannelEvent.Subscribe.class));
        scripted.client.killChannel("foo");
        assertThat(scripted.client.channelListeners().consumers())
                .extracting(Streams.Consumer::stream)
                .containsExactly("bar/subscribeFail", "foo/bar/subscribe");
        reachable.forEach(EventStream::close);
    }

    @Test
    void publicationToPendingChannelIsDelivered() {
        // 5.4
        ScriptedLink link = scripted.open();
        RealtimeChannel<News> channel = scripted.client.subscribe("foo", News.class);
        link.next();
        link.receive(ScriptedLink.publish("foo", "{\"title\":\"t\"}"), ScriptedLink.publish("unknown", "1"));

        assertThat(channel.next(Duration.ZERO)).isEqualTo(new News("t"));
    }

    @Test
    @Checklist("SC 135")
    void publicationWithoutDataIsNull() {
        ScriptedLink link = scripted.open();
        RealtimeChannel<News> channel = scripted.client.subscribe("foo", News.class);
        RealtimeChannel<Payload> raw = scripted.client.subscribe("foo");
        link.confirmSubscription();
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
        link.confirmSubscription();
        scripted.events();
        link.receive(ScriptedLink.publish("foo", "17"), ScriptedLink.publish("foo", "{\"title\":\"t\"}"));

        assertThat(channel.next(Duration.ZERO)).isEqualTo(new News("t"));
        assertThat(scripted.events())
                .singleElement()
                .asString()
                .startsWith("error InvalidMessageError: publication to channel 'foo' (expected: ");
    }

    @Test
    void subscribedHandleStreamsFromSubscription() {
        ScriptedLink link = scripted.open();
        RealtimeChannel<Integer> channel = scripted.client.subscribe("foo", Integer.class);
        link.confirmSubscription();
        link.receive(ScriptedLink.publish("foo", "1"));
        EventStream<Integer> later = channel.stream();
        link.receive(ScriptedLink.publish("foo", "2"));

        assertThat(channel.next(Duration.ZERO)).isEqualTo(1);
        assertThat(channel.next(Duration.ZERO)).isEqualTo(2);
        assertThat(later.next(Duration.ZERO)).isEqualTo(2);
        assertThatThrownBy(() -> later.next(Duration.ZERO)).isInstanceOf(DeadlineExceededException.class);
    }

    @Test
    void unsubscribedHandleStreamsFromFirstRead() {
        ScriptedLink link = scripted.open();
        scripted.subscribed(link, "foo").close();
        RealtimeChannel<Integer> channel = scripted.client.channel("foo", Integer.class);
        link.receive(ScriptedLink.publish("foo", "1"));
        assertThatThrownBy(() -> channel.next(Duration.ZERO)).isInstanceOf(DeadlineExceededException.class);
        link.receive(ScriptedLink.publish("foo", "2"));

        assertThat(channel.next(Duration.ZERO)).isEqualTo(2);
        link.nothing();
    }

    @Test
    void firstListenerReceivesBufferedData() {
        ScriptedLink link = scripted.open();
        RealtimeChannel<Integer> channel = scripted.client.subscribe("foo", Integer.class);
        link.confirmSubscription();
        link.receive(ScriptedLink.publish("foo", "1"), ScriptedLink.publish("foo", "2"));
        List<Integer> received = new ArrayList<>();
        Subscription subscription = channel.on(received::add);
        link.receive(ScriptedLink.publish("foo", "3"));
        subscription.close();
        link.receive(ScriptedLink.publish("foo", "4"));

        assertThat(received).containsExactly(1, 2, 3);
        assertThat(scripted.client.channelOutputs().consumers("foo")).isEmpty();
    }

    @Test
    void onceListenerReceivesOnePublication() {
        ScriptedLink link = scripted.open();
        RealtimeChannel<Integer> channel = scripted.client.subscribe("foo", Integer.class);
        link.confirmSubscription();
        link.receive(ScriptedLink.publish("foo", "1"));
        List<Integer> received = new ArrayList<>();
        channel.once(received::add);
        channel.once(received::add);
        link.receive(ScriptedLink.publish("foo", "2"), ScriptedLink.publish("foo", "3"));

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
        link.confirmSubscription();
        scripted.events();
        for (int i = 1; i <= 5; i++) {
            link.receive(ScriptedLink.publish("foo", Integer.toString(i)));
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
        link.confirmSubscription();
        Iterator<Integer> values = channel.iterator();
        for (int i = 1; i <= 6; i++) {
            link.receive(ScriptedLink.publish("foo", Integer.toString(i)));
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
        link.confirmSubscription();
        channel.close();
        link.receive(ScriptedLink.publish("foo", "1"));

        assertThat(channel.iterator().hasNext()).isFalse();
        assertThat(other.next(Duration.ZERO)).isEqualTo(1);
        assertThat(channel.state()).isEqualTo(ChannelState.SUBSCRIBED);
    }

    @Test
    void closedClientEndsStreams() {
        ScriptedLink link = scripted.open();
        RealtimeChannel<Integer> channel = scripted.client.subscribe("foo", Integer.class);
        link.confirmSubscription();
        link.receive(ScriptedLink.publish("foo", "1"));
        scripted.client.close();
        scripted.server.run();

        List<Integer> all = new ArrayList<>();
        channel.forEach(all::add);
        assertThat(all).containsExactly(1);
        assertThat(scripted.client.subscribe("late").iterator().hasNext()).isFalse();
    }

    @Test
    void streamsLimitBytes() {
        with(options -> options.maxMessageBytes(1000));
        ScriptedLink link = scripted.open();
        var events = scripted.client.receiver("e", String.class);
        RealtimeChannel<String> news = scripted.client.subscribe("news", String.class);
        link.confirmSubscription();
        String text = "x".repeat(600);
        EventStream<String> publications = news.stream();
        assertThat(news.iterator()).isNotNull(); // read
        link.receive("{\"event\":\"e\",\"data\":\"" + text + "\"}");
        link.receive(ScriptedLink.publish("news", "\"" + text + "\""));
        assertThat(link.reading).isTrue();
        link.receive("{\"event\":\"e\",\"data\":\"" + text + "\"}");
        link.receive("{\"event\":\"e\",\"data\":\"" + text + "\"}");
        link.receive("{\"event\":\"e\",\"data\":\"" + text + "\"}");
        link.receive("{\"event\":\"e\",\"data\":\"" + text + "\"}");
        link.receive("{\"event\":\"e\",\"data\":\"" + text + "\"}");
        assertThat(link.reading).isFalse();

        publications.close();
        for (int i = 0; i < 6; i++) {
            assertThat(events.next(Duration.ofSeconds(10))).isEqualTo(text);
            scripted.server.run();
        }
        assertThat(link.reading).isTrue();
    }

    @Test
    void unreadStreamsLimitBytes() {
        with(options -> options.maxMessageBytes(1000));
        ScriptedLink link = scripted.open();
        RealtimeChannel<Payload> one = scripted.subscribed(link, "one");
        RealtimeChannel<Payload> two = scripted.subscribed(link, "two");
        String publication = "\"" + "x".repeat(600) + "\"";
        for (int i = 0; i < 3; i++) {
            link.receive(ScriptedLink.publish("one", publication));
        }
        link.receive(ScriptedLink.publish("two", publication));

        assertThat(scripted.events()).containsExactly("dropped unread 1024");
        assertThat(link.reading).isTrue();
        assertThat(one.next(Duration.ZERO).value()).isEqualTo("x".repeat(600));
        assertThat(two.iterator().hasNext()).isFalse();
    }
}
