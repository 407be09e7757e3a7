package io.heliograph.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.codec.Codec;
import io.heliograph.codec.Payload;
import io.heliograph.endpoint.Counters;
import io.heliograph.exchange.ChannelSubscription;
import io.heliograph.exchange.Position;
import io.heliograph.exchange.Recovery;
import io.heliograph.frame.Frame;
import io.heliograph.realtime.SlowConsumer;
import io.heliograph.testkit.ManualEventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;

/** Comments, and the order of events at a transport that requests them one by one; on a manual clock. */
class EventStreamCommentTest {

    private static final String BEGIN = "retry: 1000\n\nevent: subscribed\nid: e:0\ndata: {\"position\":\"e:0\"}\n\n";

    private final ManualEventLoop loop = ManualEventLoop.create();
    private final Codec codec = Codec.named("json-base64");
    private final EventStream stream = new EventStream(
            loop,
            new ApiOptions(Map.of(), null, 1 << 20, SlowConsumer.CLOSE),
            codec,
            new Counters(),
            new EventStreams());
    private final List<String> frames = new ArrayList<>();

    private record Subscribed(Position position) implements ChannelSubscription {

        @Override
        public String channel() {
            return "c";
        }

        @Override
        public Recovery recovery() {
            return new Recovery.NotAsked();
        }

        @Override
        public boolean isEnded() {
            return false;
        }

        @Override
        public CompletableFuture<Void> unsubscribe() {
            return CompletableFuture.completedFuture(null);
        }
    }

    /** Transport that requests nothing by itself. */
    private final class Transport implements Flow.Subscriber<Frame> {

        @Override
        public void onSubscribe(Flow.Subscription subscription) {}

        @Override
        public void onNext(Frame frame) {
            frames.add(frame.utf8());
        }

        @Override
        public void onError(Throwable failure) {
            frames.add("error");
        }

        @Override
        public void onComplete() {
            frames.add("end");
        }
    }

    private void begin() {
        stream.subscribed(new Subscribed(new Position("e", 0)), null);
        stream.subscribe(new Transport());
    }

    private List<String> taken() {
        List<String> taken = List.copyOf(frames);
        frames.clear();
        return taken;
    }

    @Test
    void commentFollowsEachFifteenSeconds() {
        begin();
        stream.request(10);
        assertThat(taken()).containsExactly(BEGIN);
        loop.advance(Duration.ofMillis(14_999));
        assertThat(taken()).isEmpty();
        loop.advance(Duration.ofMillis(1));
        assertThat(taken()).containsExactly(":\n\n");
        loop.advance(Duration.ofSeconds(30));
        assertThat(taken()).containsExactly(":\n\n", ":\n\n");
        stream.cancel();
        assertThat(loop.timers()).isZero();
        loop.advance(Duration.ofSeconds(60));
        assertThat(taken()).isEmpty();
    }

    @Test
    void slowTransportAccumulatesNoComments() {
        begin();
        loop.advance(Duration.ofMinutes(10));
        assertThat(stream.queuedBytes()).isEqualTo(BEGIN.length());
        stream.request(1);
        assertThat(taken()).containsExactly(BEGIN);
        assertThat(stream.queuedBytes()).isZero();
    }

    @Test
    void eventsThatWaitAreJoinedInOneFrame() {
        begin();
        stream.request(1);
        taken();
        stream.send("a", Payload.ofValue(codec, 1));
        stream.send("b", Payload.ofValue(codec, 2));
        assertThat(taken()).isEmpty();
        stream.request(1);
        assertThat(taken()).containsExactly("event: a\ndata: 1\n\nevent: b\ndata: 2\n\n");
    }

    @Test
    void closedStreamEndsAfterItsEvents() {
        begin();
        stream.close("bye");
        assertThat(taken()).isEmpty();
        stream.send("late", Payload.ofValue(codec, 1));
        stream.request(1);
        assertThat(taken()).containsExactly(BEGIN, "end");
    }
}
