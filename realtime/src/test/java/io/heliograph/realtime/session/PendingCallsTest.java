package io.heliograph.realtime.session;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.ClosedException;
import io.heliograph.DeadlineExceededException;
import io.heliograph.QueueFullException;
import io.heliograph.codec.Payload;
import io.heliograph.codec.TypeRef;
import io.heliograph.realtime.InvalidMessageException;
import io.heliograph.realtime.RealtimeCodec;
import io.heliograph.realtime.RealtimeException;
import io.heliograph.realtime.packet.AbortedCallException;
import io.heliograph.realtime.packet.PacketCodec;
import io.heliograph.testkit.Checklist;
import io.heliograph.testkit.ManualEventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class PendingCallsTest {

    private final ManualEventLoop loop = ManualEventLoop.create();
    private final PacketCodec codec = PacketCodec.of(RealtimeCodec.json(), 100);
    private final PendingCalls calls = new PendingCalls(loop, 1000);

    private Call<Integer> call(Duration timeout) {
        return new Call<>("sum", TypeRef.of(Integer.class), timeout, null, calls::forget);
    }

    private Call<Integer> registered(Duration timeout) {
        Call<Integer> call = call(timeout);
        assertThat(calls.register(call, calls.nextId())).isTrue();
        return call;
    }

    private static Throwable failure(CompletableFuture<?> future) {
        assertThat(future).isCompletedExceptionally();
        return future.exceptionNow();
    }

    @Test
    void requestNumbersBeginAtOne() {
        assertThat(calls.nextId()).isEqualTo(1);
        assertThat(calls.nextId()).isEqualTo(2);
    }

    @Test
    @Checklist("SC 109")
    void responseCompletesCallOfItsNumber() {
        Call<Integer> first = registered(ofSeconds(10));
        Call<Integer> second = registered(ofSeconds(10));
        assertThat(calls.settle("2", codec.payload(5), codec.absent)).isTrue();
        assertThat(second).isCompletedWithValue(5);
        assertThat(first).isNotDone();
        calls.settle("1", codec.absent, codec.payload(Map.of("name", "E", "message", "m")));
        assertThat(failure(first))
                .isInstanceOfSatisfying(
                        RealtimeException.class, e -> assertThat(e.errorName()).isEqualTo("E"));
        assertThat(calls.size()).isZero();
    }

    @Test
    @Checklist("SC 58")
    void unexpectedResponseIsDropped() {
        Call<Integer> call = registered(ofSeconds(10));
        for (String rid : List.of("0", "2", "-1", "1.5", "17", "1e400", "999999999999999999999", "NaN")) {
            assertThat(calls.settle(rid, codec.payload(5), codec.absent)).isFalse();
        }
        assertThat(call).isNotDone();
        assertThat(calls.settle("1", codec.payload(5), codec.absent)).isTrue();
        assertThat(calls.settle("1", codec.payload(6), codec.absent)).isFalse();
        assertThat(call).isCompletedWithValue(5);
    }

    @Test
    void numberMayHaveOtherNotation() {
        Call<Integer> call = registered(ofSeconds(10));
        assertThat(calls.settle("1.0", codec.payload(5), codec.absent)).isTrue();
        assertThat(call).isCompletedWithValue(5);
    }

    @Test
    @Checklist({"SC 111", "SC 112"})
    void callTimesOutAndIgnoresLateResponse() {
        Call<Integer> call = registered(ofSeconds(10));
        loop.advance(ofMillis(9_999));
        assertThat(call).isNotDone();
        loop.advance(ofMillis(1));
        assertThat(failure(call))
                .isInstanceOf(DeadlineExceededException.class)
                .hasMessage("Event response for sum event timed out");
        assertThat(calls.settle("1", codec.payload(5), codec.absent)).isFalse();
        assertThat(calls.size()).isZero();
    }

    @Test
    @Checklist("SC 113")
    void eachCallHasItsOwnTimeout() {
        Call<Integer> slow = registered(ofSeconds(10));
        Call<Integer> quick = registered(ofSeconds(1));
        loop.advance(ofMillis(500));
        Call<Integer> later = registered(ofSeconds(1));
        loop.advance(ofMillis(500));
        assertThat(quick).isCompletedExceptionally();
        assertThat(later).isNotDone();
        loop.advance(ofMillis(500));
        assertThat(later).isCompletedExceptionally();
        assertThat(slow).isNotDone();
        loop.advance(ofSeconds(9));
        assertThat(slow).isCompletedExceptionally();
        assertThat(loop.timers()).isZero();
    }

    @Test
    void timeoutMayBeginEarlier() {
        long since = loop.nanoTime();
        loop.advance(ofMillis(400));
        Call<Integer> fresh = registered(ofSeconds(1));
        Call<Integer> old = call(ofSeconds(1));
        calls.register(old, calls.nextId(), since);
        loop.advance(ofMillis(600));
        assertThat(fresh).isNotDone();
        loop.advance(ofMillis(400));
        assertThat(old).isCompletedExceptionally();
        assertThat(fresh).isCompletedExceptionally();
    }

    @Test
    void callsShareOneTimer() {
        List<Call<Integer>> all = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            all.add(registered(ofSeconds(10)));
        }
        assertThat(loop.timers()).isEqualTo(2); // one of the calls, one that samples the clock
        for (int i = 1; i <= 500; i++) {
            calls.settle(String.valueOf(i), codec.payload(i), codec.absent);
        }
        assertThat(all).allMatch(CompletableFuture::isDone);
        assertThat(loop.timers()).isLessThanOrEqualTo(2);
        loop.advance(ofSeconds(10));
        assertThat(loop.timers()).isZero();
    }

    @Test
    void veryLongTimeoutDoesNotOverflow() {
        Call<Integer> call = registered(Duration.ofSeconds(Long.MAX_VALUE));
        loop.advance(Duration.ofDays(1));
        assertThat(call).isNotDone();
    }

    @Test
    void cancelledCallIsRemoved() {
        Call<Integer> call = registered(ofSeconds(10));
        assertThat(call.cancel(false)).isTrue();
        assertThat(calls.size()).isZero();
        assertThat(calls.settle("1", codec.payload(5), codec.absent)).isFalse();
        assertThat(call).isCancelled();
        Call<Integer> before = call(ofSeconds(10));
        before.cancel(true);
        assertThat(calls.register(before, calls.nextId())).isTrue();
        assertThat(calls.size()).isZero();
    }

    @Test
    void disconnectFailsCallsInOrder() {
        List<String> order = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            String name = String.valueOf(i);
            registered(ofSeconds(10)).whenComplete((value, failure) -> order.add(name));
        }
        Call<Integer> last = registered(ofSeconds(10));
        calls.failAll("disconnect", 1006, null);
        assertThat(order).hasSize(40).startsWith("0", "1", "2").endsWith("39");
        assertThat(failure(last))
                .isInstanceOf(ClosedException.class)
                .hasMessage("Event sum was aborted due to a bad connection")
                .extracting(e -> ((AbortedCallException) e).fields())
                .isEqualTo(Map.of("type", "disconnect", "code", 1006, "reason", ""));
        assertThat(calls.size()).isZero();
        loop.advance(ofSeconds(20));
        assertThat(loop.timers()).isZero();
    }

    @Test
    void callDuringFailureOfOthersIsKept() {
        registered(ofSeconds(10)).whenComplete((value, failure) -> registered(ofSeconds(10)));
        calls.failAll("connectAbort", 1000, "r");
        assertThat(calls.size()).isEqualTo(1);
    }

    @Test
    void callsBeyondMaximumAreRejected() {
        PendingCalls few = new PendingCalls(loop, 2);
        few.register(call(ofSeconds(1)), 1);
        few.register(call(ofSeconds(1)), 2);
        Call<Integer> third = call(ofSeconds(1));
        assertThat(few.register(third, 3)).isFalse();
        assertThat(failure(third)).isInstanceOfSatisfying(QueueFullException.class, e -> {
            assertThat(e.limit()).isEqualTo(2);
            assertThat(e.unsent()).isTrue();
        });
    }

    @Test
    void responseOfOtherTypeFailsCall() {
        Call<Integer> call = registered(ofSeconds(10));
        calls.settle("1", codec.payload("text"), codec.absent);
        assertThat(failure(call)).isInstanceOf(InvalidMessageException.class).hasMessageContaining("response of sum");
    }

    @Test
    void payloadIsReturnedUnchanged() {
        Call<Payload> call = new Call<>("a", TypeRef.of(Payload.class), ofSeconds(1), null, calls::forget);
        calls.register(call, 7);
        calls.settle("7", codec.absent, codec.absent);
        assertThat(call.join().isPresent()).isFalse();
    }

    @Test
    void missingValueAndNullReadAsNull() {
        Call<Integer> absent = registered(ofSeconds(10));
        Call<Integer> nothing = registered(ofSeconds(10));
        calls.settle("1", codec.absent, codec.absent);
        calls.settle("2", codec.payload(null), codec.payload(null));
        assertThat(absent.join()).isNull();
        assertThat(nothing.join()).isNull();
    }

    @Test
    void futuresCompleteOnGivenExecutor() {
        List<Runnable> given = new ArrayList<>();
        Call<Integer> call = new Call<>("a", TypeRef.of(Integer.class), ofSeconds(1), given::add, calls::forget);
        calls.register(call, 1);
        calls.settle("1", codec.payload(5), codec.absent);
        assertThat(call).isNotDone();
        given.getFirst().run();
        assertThat(call).isCompletedWithValue(5);
    }

    @Test
    void anyOrderOfRegisterAndCompleteIsConsistent() {
        Random random = new Random(42);
        PendingCalls many = new PendingCalls(loop, 100_000);
        Map<Long, Call<Integer>> waiting = new HashMap<>();
        long next = 0;
        for (int i = 0; i < 20_000; i++) {
            if (waiting.isEmpty() || random.nextInt(100) < 55) {
                long id = ++next;
                Call<Integer> call = new Call<>(
                        "a", TypeRef.of(Integer.class), ofSeconds(1 + random.nextInt(3)), null, many::forget);
                many.register(call, id);
                waiting.put(id, call);
            } else {
                long id = waiting.keySet().stream()
                        .skip(random.nextInt(waiting.size()))
                        .findFirst()
                        .orElseThrow();
                Call<Integer> call = Objects.requireNonNull(waiting.remove(id));
                if (random.nextBoolean()) {
                    assertThat(many.settle(String.valueOf(id), codec.payload(1), codec.absent))
                            .isTrue();
                } else {
                    call.cancel(false);
                }
                assertThat(call).isDone();
            }
            assertThat(many.size()).isEqualTo(waiting.size());
            if (waiting.size() > 200) {
                loop.advance(ofSeconds(3));
                assertThat(many.size()).isZero();
                waiting.values().forEach(call -> assertThat(call).isCompletedExceptionally());
                waiting.clear();
            }
        }
        loop.advance(ofSeconds(3));
        waiting.values().forEach(call -> assertThat(call).isCompletedExceptionally());
        assertThat(many.size()).isZero();
        assertThat(loop.timers()).isZero();
    }
}
