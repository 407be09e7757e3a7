package io.heliograph.realtime.client;

import io.heliograph.codec.Payload;
import io.heliograph.endpoint.Pausable;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.endpoint.StreamBudget;
import io.heliograph.realtime.ChannelEvent;
import io.heliograph.realtime.session.Events;
import io.heliograph.realtime.session.StreamMultiplexer;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Streams and listeners of a client's channels: publications by channel name, and events by names such as {@code news/subscribe}. */
final class ChannelStreams {

    final StreamMultiplexer<Payload> outputs;
    final StreamMultiplexer<ChannelEvent> events;

    /** Limit in bytes of the publications that streams hold which have never been read. */
    final StreamBudget unread;

    /**
     * @param budget limit in bytes of the items that streams hold
     * @param maxUnreadBytes limit of the streams that have never been read
     */
    ChannelStreams(
            SerialExecutor executor,
            Pausable pausable,
            int maxPendingMessages,
            StreamBudget budget,
            long maxUnreadBytes,
            Consumer<Throwable> onFailure) {
        unread = new StreamBudget(maxUnreadBytes);
        outputs = new StreamMultiplexer<Payload>("channel", executor, pausable, maxPendingMessages, onFailure)
                .limitBytes(budget, Payload::size);
        events = new StreamMultiplexer<ChannelEvent>("channel event", executor, pausable, maxPendingMessages, onFailure)
                .limitBytes(
                        budget,
                        event -> event instanceof ChannelEvent.KickOut kick
                                ? kick.message().size()
                                : 0);
    }

    /** Returns the stream name of a kind of event of a channel. */
    static String key(String channel, Class<?> kind) {
        return channel + "/" + Events.name(kind);
    }

    /** Returns the stream names of all events of a channel. */
    private static List<String> keys(String channel) {
        return Stream.of(ChannelEvent.class.getPermittedSubclasses())
                .map(kind -> key(channel, kind))
                .toList();
    }

    void emit(String channel, ChannelEvent event) {
        events.emit(key(channel, event.getClass()), event);
    }

    /** Ends the streams of a channel after their buffered items. */
    void close(String channel) {
        outputs.close(channel);
        keys(channel).forEach(events::close);
    }

    /** Ends the streams of a channel and drops their buffered items. */
    void kill(String channel) {
        outputs.kill(channel);
        keys(channel).forEach(events::kill);
    }

    /** Ends all streams after their buffered items. */
    void finish() {
        outputs.finish();
        events.finish();
    }

    long backpressure() {
        return Math.max(outputs.backpressure(), events.backpressure());
    }
}
