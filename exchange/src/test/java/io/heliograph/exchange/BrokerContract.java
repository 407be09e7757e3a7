package io.heliograph.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.frame.Frame;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Rules that every {@link Broker} keeps. A subclass supplies the broker.
 *
 * <p>Channel names are unique for each test, so that the brokers may share a server.
 */
public abstract class BrokerContract {

    /** Number of messages that each channel retains, at least. */
    protected static final int RETAINED = 40;

    private static final Duration LONG = Duration.ofSeconds(30);

    private Broker broker;
    private final Recorder receiver = new Recorder();
    private final String channel = "contract-" + System.nanoTime();

    /** Returns a broker that has not been started and retains {@link #RETAINED} to twice as many messages of each channel. */
    protected abstract Broker newBroker();

    /** Receiver that records the messages of one channel. */
    private static final class Recorder implements Broker.Receiver {

        final BlockingQueue<Broker.Message> messages = new LinkedBlockingQueue<>();

        @Override
        public void delivered(String channel, Broker.Message message) {
            messages.add(message);
        }

        @Override
        public void possiblyLost(Collection<String> channels) {}

        @Override
        public void stateChanged(BrokerState state) {}

        @Override
        public void failed(Throwable failure) {}

        Broker.Message next() throws InterruptedException {
            return Objects.requireNonNull(messages.poll(LONG.toSeconds(), TimeUnit.SECONDS), "no message");
        }
    }

    @BeforeEach
    void start() {
        broker = newBroker();
        broker.start(receiver);
    }

    @AfterEach
    void close() {
        broker.close();
    }

    @Test
    void messagesOfManyPublishersHaveOneOrder() throws Exception {
        int publishers = 8;
        int each = 100;
        Position head = value(broker.subscribe(channel));
        List<List<Position>> results = new ArrayList<>();
        CountDownLatch done = new CountDownLatch(publishers);
        for (int i = 0; i < publishers; i++) {
            List<Position> positions = new ArrayList<>();
            results.add(positions);
            int publisher = i;
            Thread.ofVirtual().start(() -> {
                List<CompletableFuture<Position>> published = new ArrayList<>();
                for (int n = 0; n < each; n++) {
                    published.add(broker.publish(channel, draft(publisher + " " + n)));
                }
                published.forEach(position -> positions.add(value(position)));
                done.countDown();
            });
        }
        assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();

        List<List<Position>> received = new ArrayList<>();
        int[] next = new int[publishers];
        for (int i = 0; i < publishers; i++) {
            received.add(new ArrayList<>());
        }
        for (int i = 0; i < publishers * each; i++) {
            Broker.Message message = receiver.next();
            assertThat(message.previous()).isEqualTo(head);
            head = message.position();
            String[] text = text(message).split(" ", -1);
            int publisher = Integer.parseInt(text[0]);
            assertThat(Integer.parseInt(text[1])).isEqualTo(next[publisher]++);
            received.get(publisher).add(head);
        }
        assertThat(received).isEqualTo(results);
    }

    @Test
    void subscriptionGetsEveryMessageAfterItsPosition() throws Exception {
        CountDownLatch begun = new CountDownLatch(20);
        CompletableFuture<Position> last = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            Position position = null;
            for (int n = 0; n < 400; n++) {
                position = value(broker.publish(channel, draft("m" + n)));
                begun.countDown();
            }
            last.complete(position);
        });
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
        Position head = value(broker.subscribe(channel));
        Position end = value(last);
        while (!head.equals(end)) {
            Broker.Message message = receiver.next();
            if (message.previous().equals(head)) {
                head = message.position();
            } else {
                // Messages before the position, and repetitions, are permitted.
                assertThat(head.reaches(message.position())).isTrue();
            }
        }
    }

    @Test
    void logIsReadFromEveryPosition() {
        List<Position> positions = publish(0, RETAINED);
        for (int from = 0; from < RETAINED; from++) {
            Broker.Log log = read(positions.get(from), RETAINED);
            assertThat(log.continuity()).isEqualTo(Broker.Continuity.COMPLETE);
            assertThat(log.messages())
                    .extracting(Broker.Message::position)
                    .isEqualTo(positions.subList(from + 1, RETAINED));
            assertThat(log.head()).isEqualTo(positions.getLast());
        }
    }

    @Test
    void longLogIsReadInPages() {
        List<Position> positions = publish(0, RETAINED);
        Broker.Log first = read(null, 15);
        assertThat(first.continuity()).isEqualTo(Broker.Continuity.PARTIAL);
        assertThat(first.head()).isEqualTo(positions.get(14));
        assertThat(first.messages()).hasSize(15);
        assertThat(text(first.messages().getFirst())).isEqualTo("m0");

        Broker.Log rest = read(first.head(), RETAINED);
        assertThat(rest.continuity()).isEqualTo(Broker.Continuity.COMPLETE);
        assertThat(rest.messages().getFirst().previous()).isEqualTo(first.head());
        assertThat(rest.messages()).hasSize(RETAINED - 15);

        assertThat(read(positions.get(RETAINED - 16), 15).continuity()).isEqualTo(Broker.Continuity.COMPLETE);
        assertThat(read(positions.get(RETAINED - 17), 15).continuity()).isEqualTo(Broker.Continuity.PARTIAL);
    }

    @Test
    void logIsTrimmedAndSaysSo() {
        List<Position> positions = publish(0, 4 * RETAINED);
        Broker.Log trimmed = read(positions.getFirst(), 10);
        assertThat(trimmed.continuity()).isEqualTo(Broker.Continuity.TRIMMED);
        assertThat(trimmed.messages()).isEmpty();
        assertThat(trimmed.head()).isEqualTo(positions.getLast());

        Broker.Log retained = read(null, 4 * RETAINED);
        assertThat(retained.continuity()).isEqualTo(Broker.Continuity.COMPLETE);
        assertThat(retained.messages()).hasSizeBetween(RETAINED, 2 * RETAINED);
        Position oldest = retained.messages().getFirst().previous();
        assertThat(positions).contains(oldest);
        assertThat(read(oldest, 4 * RETAINED).messages()).isEqualTo(retained.messages());
    }

    @Test
    void foreignPositionsAreNotContinued() {
        Position head = publish(0, 5).getLast();
        assertThat(read(new Position("foreign", 3), 10).continuity()).isEqualTo(Broker.Continuity.FORKED);
        assertThat(read(new Position(head.epoch(), 6), 10).continuity()).isEqualTo(Broker.Continuity.FORKED);
        assertThat(read(new Position("foreign", 5), 10).continuity()).isEqualTo(Broker.Continuity.FORKED);
        assertThat(value(broker.read(channel + "-other", head, 10)).continuity())
                .isEqualTo(Broker.Continuity.UNKNOWN);
        assertThat(read(head, 10)).isEqualTo(new Broker.Log(Broker.Continuity.COMPLETE, List.of(), head));
    }

    @Test
    void unusedChannelHasAnEmptyLog() {
        Broker.Log log = read(null, 10);
        assertThat(log.continuity()).isEqualTo(Broker.Continuity.COMPLETE);
        assertThat(log.messages()).isEmpty();
        assertThat(log.head().offset()).isZero();
    }

    @Test
    void checkReturnsTheChannelsThatDiffer() {
        Position head = publish(0, 3).getLast();
        Position empty = value(broker.subscribe(channel + "-empty"));
        assertThat(value(broker.check(Map.of(channel, head, channel + "-empty", empty))))
                .isEmpty();
        assertThat(value(broker.check(Map.of(
                        channel,
                        new Position(head.epoch(), 2),
                        channel + "-empty",
                        empty,
                        channel + "-unknown",
                        head))))
                .isEqualTo(Set.of(channel, channel + "-unknown"));
    }

    @Test
    void idIsPublishedOnce() throws Exception {
        value(broker.subscribe(channel));
        PublicationId id = new PublicationId("abcdefghijklmnopqrstuv", 5);
        Position first = value(broker.publish(channel, draft("once", id)));
        assertThat(value(broker.publish(channel, draft("once", id)))).isEqualTo(first);
        Position next = value(broker.publish(channel, draft("next", new PublicationId(id.publisher(), 6))));
        assertThat(value(broker.publish(channel, draft("once", id)))).isEqualTo(first);
        assertThat(text(receiver.next())).isEqualTo("once");
        Broker.Message second = receiver.next();
        assertThat(text(second)).isEqualTo("next");
        assertThat(second.position()).isEqualTo(next);

        Position other = value(broker.publish(channel, draft("other", new PublicationId("0".repeat(22), 5))));
        assertThat(receiver.next().position()).isEqualTo(other);
        assertThat(receiver.messages).isEmpty();
    }

    @Test
    void outcomeOfAnOldIdIsUnknown() {
        String publisher = "abcdefghijklmnopqrstuv";
        for (int n = 10; n < 30; n++) {
            value(broker.publish(channel, draft("m" + n, new PublicationId(publisher, n))));
        }
        Position last = publish(0, 1).getFirst();
        for (long old : List.of(9L, 13L)) {
            assertThatThrownBy(() -> value(broker.publish(channel, draft("again", new PublicationId(publisher, old)))))
                    .isInstanceOf(Exception.class);
        }
        assertThat(value(broker.publish(channel, draft("again", new PublicationId(publisher, 14))))
                        .offset())
                .isEqualTo(5);
        assertThat(read(null, 100).head()).isEqualTo(last);
    }

    @Test
    void unsubscribedChannelDeliversNothing() throws Exception {
        value(broker.subscribe(channel));
        Position first = publish(0, 1).getFirst();
        assertThat(receiver.next().position()).isEqualTo(first);
        value(broker.unsubscribe(channel));
        List<Position> missed = publish(1, 3);
        value(broker.unsubscribe(channel));
        Position head = value(broker.subscribe(channel));
        assertThat(head).isEqualTo(missed.getLast());
        Position next = publish(3, 4).getFirst();
        Broker.Message message = receiver.next();
        while (head.reaches(message.position())) {
            message = receiver.next();
        }
        assertThat(message.position()).isEqualTo(next);
        assertThat(message.previous()).isEqualTo(head);
    }

    @Test
    void messageCarriesWhatWasPublished() throws Exception {
        value(broker.subscribe(channel));
        value(broker.publish(channel, Broker.Draft.of(null)));
        value(broker.publish(channel, new Broker.Draft(Frame.empty(), null, "00-trace", "connection-7")));
        Broker.Message absent = receiver.next();
        Broker.Message traced = receiver.next();
        assertThat(absent.data()).isNull();
        assertThat(absent.traceContext()).isNull();
        assertThat(absent.publisher()).isNull();
        assertThat(Objects.requireNonNull(traced.data()).length()).isZero();
        assertThat(traced.traceContext()).isEqualTo("00-trace");
        assertThat(traced.publisher()).isEqualTo("connection-7");
    }

    @Test
    void secondReceiverIsRejected() {
        assertThatThrownBy(() -> broker.start(receiver)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void closedBrokerFailsItsOperations() {
        assertThat(broker.state()).isEqualTo(BrokerState.CONNECTED);
        publish(0, 3);
        value(broker.drain());
        broker.close();
        broker.close();
        assertThat(broker.state()).isEqualTo(BrokerState.CLOSED);
        for (CompletableFuture<?> each : List.of(
                broker.publish(channel, draft("late")), broker.subscribe(channel), broker.read(channel, null, 10))) {
            assertThatThrownBy(() -> value(each)).isInstanceOf(Exception.class);
        }
    }

    private List<Position> publish(int from, int to) {
        List<Position> positions = new ArrayList<>();
        for (int n = from; n < to; n++) {
            positions.add(value(broker.publish(channel, draft("m" + n))));
        }
        return positions;
    }

    private Broker.Log read(@Nullable Position after, int limit) {
        return value(broker.read(channel, after, limit));
    }

    private static Broker.Draft draft(String text) {
        return Broker.Draft.of(Frame.utf8(text));
    }

    private static Broker.Draft draft(String text, PublicationId id) {
        return new Broker.Draft(Frame.utf8(text), id, null, null);
    }

    private static String text(Broker.Message message) {
        return Objects.requireNonNull(message.data()).utf8();
    }

    private static <T> T value(CompletableFuture<T> future) {
        return future.orTimeout(LONG.toSeconds(), TimeUnit.SECONDS).join();
    }
}
