package io.heliograph.exchange;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.heliograph.testkit.ManualEventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Whatever is done in whatever order, each subscriber gets just what is published between its beginning and its end, in order.
 * As an ordinary test it reads the inputs kept in the resources; with JAZZER_FUZZ=1 it makes up others. Each byte of an input
 * is one thing done: by whom, what, and to which channel.
 */
class ExchangeFuzzTest {

    private static final String[] CHANNELS = {"a", "b", "c"};

    /** One who compares what it gets with what the model says. */
    private static final class Guest implements Subscriber {
        final String channel;
        final List<Position> got = new ArrayList<>();

        @Nullable
        CompletableFuture<ChannelSubscription> subscription;

        long first = -1;
        boolean ended;

        Guest(String channel) {
            this.channel = channel;
        }

        @Override
        public void published(Publication publication) {
            check(!ended, "a delivery after the end");
            check(publication.channel().equals(channel), "another channel");
            got.add(publication.position());
        }
    }

    @FuzzTest(maxDuration = "30s")
    void everySubscriberGetsAGaplessRun(byte[] input) {
        ManualEventLoop[] loops = new ManualEventLoop[2];
        loops[0] = ManualEventLoop.create();
        loops[1] = loops[0].clock().newLoop();
        Map<String, Position> heads = new HashMap<>();
        List<Guest> guests = new ArrayList<>();
        HistoryLimits limits = HistoryLimits.of(5, Duration.ofHours(1));
        try (Exchange exchange = Exchange.builder().history(limits).build()) {
            exchange.onError(failure -> {
                throw new AssertionError("an error", failure);
            });
            for (byte each : input) {
                String channel = CHANNELS[(each & 0x30) >> 4 == 3 ? 0 : (each & 0x30) >> 4];
                ManualEventLoop loop = loops[each & 1];
                Runnable act = switch ((each >> 1) & 7) {
                    case 0, 1, 2 -> () -> publish(exchange, channel, heads);
                    case 3 -> () -> guests.add(subscribe(exchange, channel, loop, null));
                    case 4 -> () -> guests.add(subscribe(exchange, channel, loop, heads.get(channel)));
                    case 5, 6 -> () -> leave(guests, each & 0xff);
                    default -> () -> {};
                };
                if ((each & 0x40) == 0) {
                    act.run();
                } else {
                    loop.execute(act);
                }
                if ((each & 0x80) == 0) {
                    loop.runReady();
                }
            }
            loops[0].runReady();
            for (Guest guest : guests) {
                check(guest, heads);
            }
            guests.forEach(ExchangeFuzzTest::end);
            loops[0].runReady();
            check(exchange.channels().isEmpty(), "a channel is left");
            check(exchange.stats().queuedBytes() == 0, "something waits");
        }
    }

    private static void publish(Exchange exchange, String channel, Map<String, Position> heads) {
        exchange.publish(channel, 1)
                .thenAccept(position -> heads.merge(channel, position, (a, b) -> a.offset() > b.offset() ? a : b));
    }

    private static Guest subscribe(Exchange exchange, String channel, ManualEventLoop loop, @Nullable Position after) {
        Guest guest = new Guest(channel);
        guest.first = after == null ? -1 : after.offset() + 1;
        guest.subscription = after == null
                ? exchange.subscribe(channel, loop, guest)
                : exchange.subscribe(channel, loop, guest, after);
        return guest;
    }

    private static void leave(List<Guest> guests, int which) {
        if (!guests.isEmpty()) {
            end(guests.get(which % guests.size()));
        }
    }

    private static void end(Guest guest) {
        CompletableFuture<ChannelSubscription> subscription = guest.subscription;
        if (subscription != null && subscription.isDone()) {
            subscription.join().unsubscribe();
            guest.ended = true;
        }
    }

    private static void check(Guest guest, Map<String, Position> heads) {
        CompletableFuture<ChannelSubscription> begun = Objects.requireNonNull(guest.subscription);
        check(begun.isDone(), "a subscription that never begins");
        ChannelSubscription subscription = begun.join();
        long next =
                subscription.recovered() ? guest.first : subscription.position().offset() + 1;
        for (Position position : guest.got) {
            check(position.offset() == next, "got " + position.offset() + " instead of " + next);
            next++;
        }
        Position head = heads.get(guest.channel);
        if (!guest.ended && head != null) {
            check(next == head.offset() + 1, "missed what came after " + (next - 1));
        }
    }

    private static void check(boolean condition, String message) {
        if (!condition) {
            throw new AssertionError(message);
        }
    }
}
