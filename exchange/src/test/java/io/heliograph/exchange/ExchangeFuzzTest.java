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
 * Fuzz test: for any sequence of operations, each subscriber receives exactly the publications between its start and its end, in order. A
 * regression test over the inputs in the resources, and a fuzzer with JAZZER_FUZZ=1. Each byte of an input selects an event loop, an operation
 * and a channel.
 */
class ExchangeFuzzTest {

    private static final String[] CHANNELS = {"a", "b", "c"};

    /** Subscriber that records the positions for comparison with the model. */
    private static final class Member implements Subscriber {
        final String channel;
        final List<Position> got = new ArrayList<>();

        @Nullable
        CompletableFuture<ChannelSubscription> subscription;

        long first = -1;
        boolean ended;

        Member(String channel) {
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
        List<Member> members = new ArrayList<>();
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
                    case 3 -> () -> members.add(subscribe(exchange, channel, loop, null));
                    case 4 -> () -> members.add(subscribe(exchange, channel, loop, heads.get(channel)));
                    case 5, 6 -> () -> leave(members, each & 0xff);
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
            for (Member member : members) {
                check(member, heads);
            }
            members.forEach(ExchangeFuzzTest::end);
            loops[0].runReady();
            check(exchange.channels().isEmpty(), "a channel remains");
            check(exchange.stats().queuedBytes() == 0, "bytes remain queued");
        }
    }

    private static void publish(Exchange exchange, String channel, Map<String, Position> heads) {
        exchange.publish(channel, 1)
                .thenAccept(position -> heads.merge(channel, position, (a, b) -> a.offset() > b.offset() ? a : b));
    }

    private static Member subscribe(Exchange exchange, String channel, ManualEventLoop loop, @Nullable Position after) {
        Member member = new Member(channel);
        member.first = after == null ? -1 : after.offset() + 1;
        member.subscription = after == null
                ? exchange.subscribe(channel, loop, member)
                : exchange.subscribe(channel, loop, member, after);
        return member;
    }

    private static void leave(List<Member> members, int which) {
        if (!members.isEmpty()) {
            end(members.get(which % members.size()));
        }
    }

    private static void end(Member member) {
        CompletableFuture<ChannelSubscription> subscription = member.subscription;
        if (subscription != null && subscription.isDone()) {
            subscription.join().unsubscribe();
            member.ended = true;
        }
    }

    private static void check(Member member, Map<String, Position> heads) {
        CompletableFuture<ChannelSubscription> future = Objects.requireNonNull(member.subscription);
        check(future.isDone(), "a subscription never starts");
        ChannelSubscription subscription = future.join();
        long next = subscription.recovered()
                ? member.first
                : subscription.position().offset() + 1;
        for (Position position : member.got) {
            check(position.offset() == next, "got " + position.offset() + " instead of " + next);
            next++;
        }
        Position head = heads.get(member.channel);
        if (!member.ended && head != null) {
            check(next == head.offset() + 1, "missed publications after " + (next - 1));
        }
    }

    private static void check(boolean condition, String message) {
        if (!condition) {
            throw new AssertionError(message);
        }
    }
}
