package io.heliograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.HeliographException;
import io.heliograph.TransportException;
import io.heliograph.UnreachableException;
import io.heliograph.frame.Frame;
import io.heliograph.transport.Acceptor;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.Transport;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Tests of the contract of {@link Transport}. The test class of a transport extends this class and creates the transport:
 *
 * <pre>
 * class UnixContractTest extends TransportContract {
 *     protected Transport transport() { ... }      // a new transport
 *     protected Address freshAddress() { ... }     // a free address
 * }
 * </pre>
 *
 * <p>Each test has its own transport. After the test the transport is closed; every link must have reported its close exactly
 * once, last of all and on its event loop, all threads must have terminated, and no socket may be open.
 */
public abstract class TransportContract extends CloseContract {

    @Test
    void nobodyThereIsUnreachable() {
        Acceptor gone = listen(freshAddress(), options(PREFIX), RecordingHandler::new);
        get(gone.close());
        assertUnreachable(gone.address(), "ECONNREFUSED");
    }

    private void assertUnreachable(Address address, String code) {
        EventLoop loop = network().nextLoop();
        Outcome outcome = new Outcome(loop);
        note(loop);
        connect(address, loop, options(PREFIX), outcome);
        HeliographException failure = get(outcome.failure);
        assertThat(failure).isInstanceOf(UnreachableException.class);
        assertThat(failure.unsent()).isTrue();
        assertThat(failure.getCause())
                .isInstanceOfSatisfying(
                        TransportException.class,
                        cause -> assertThat(cause.code()).isEqualTo(code));
        assertThat(failure.getMessage()).contains(code).contains(address.toString());
        settle(loop);
        assertThat(outcome.calls).hasValue(1);
        assertThat(outcome.onLoop).containsExactly(true);
    }

    @Test
    void canceledAttemptHasNoOutcome() {
        Acceptor acceptor = listen(freshAddress(), options(PREFIX), () -> record(new RecordingHandler()));
        EventLoop loop = network().nextLoop();
        Outcome outcome = new Outcome(loop);
        note(loop);
        CompletableFuture<Void> cancelled = new CompletableFuture<>();
        loop.execute(() -> {
            Transport.Attempt attempt = connect(acceptor.address(), loop, options(PREFIX), outcome);
            attempt.cancel();
            attempt.cancel();
            cancelled.complete(null);
        });
        get(cancelled);
        // An attempt that began later has an outcome, so the first would have had its own.
        RecordingHandler later = connect(acceptor.address(), options(PREFIX), new RecordingHandler());
        settle(later.link().loop());
        settle(loop);
        assertThat(outcome.calls).hasValue(0);
    }

    @Test
    void addressInUseFailsListen() {
        Acceptor acceptor = listen(freshAddress(), options(PREFIX), RecordingHandler::new);
        assertThatThrownBy(() -> listen(acceptor.address(), options(PREFIX), RecordingHandler::new))
                .isInstanceOfSatisfying(
                        TransportException.class,
                        failure -> assertThat(failure.code()).isEqualTo("EADDRINUSE"))
                .hasMessageContaining(acceptor.address().toString());
    }

    @Test
    void acceptorHasItsAddress() {
        Address asked = freshAddress();
        Acceptor acceptor = listen(asked, options(PREFIX), RecordingHandler::new);
        if (asked instanceof Address.Tcp tcp && tcp.port() == 0) {
            assertThat(acceptor.address())
                    .isInstanceOfSatisfying(
                            Address.Tcp.class, real -> assertThat(real.port()).isPositive());
        } else {
            assertThat(acceptor.address()).isEqualTo(asked);
        }
        RecordingHandler caller = connect(acceptor.address(), options(PREFIX), new RecordingHandler());
        assertThat(caller.link().peer()).isEqualTo(acceptor.address());
    }

    @Test
    void closingAcceptorKeepsLinksAndFreesTheAddress() throws IOException {
        Pair pair = pair(options(PREFIX));
        Address address = pair.acceptor().address();
        get(pair.acceptor().close());
        get(pair.acceptor().close());
        assertUnreachable(address, "ECONNREFUSED");

        pair.caller().link().send(numbered(1, 10));
        pair.called().link().send(numbered(2, 10));
        assertThat(pair.called().awaitFrames(1)).containsExactly(numbered(1, 10));
        assertThat(pair.caller().awaitFrames(1)).containsExactly(numbered(2, 10));

        deleteFile(address);
        RecordingHandler again = record(new RecordingHandler());
        listen(address, options(PREFIX), () -> again);
        RecordingHandler caller = connect(address, options(PREFIX), new RecordingHandler());
        caller.link().send(numbered(3, 10));
        assertThat(again.awaitFrames(1)).containsExactly(numbered(3, 10));
    }

    @Test
    void linkWithoutHandlerIsClosed() {
        Acceptor acceptor = get(listen(freshAddress(), null, options(PREFIX), new Accepting(link -> null)));
        RecordingHandler caller = connect(acceptor.address(), options(PREFIX), new RecordingHandler());
        caller.awaitClosed();
        assertThat(caller.frameCount()).isZero();
    }

    @Test
    void acceptedLinksStayOnTheSelectedLoop() {
        EventLoop loop = network().nextLoop();
        List<EventLoop> loops = new CopyOnWriteArrayList<>();
        Acceptor acceptor = get(listen(freshAddress(), loop, options(PREFIX), new Accepting(link -> {
            note(link.loop());
            loops.add(link.loop());
            return record(new RecordingHandler());
        })));
        for (int i = 0; i < 5; i++) {
            connect(acceptor.address(), options(PREFIX), new RecordingHandler());
        }
        await("five links", () -> loops.size() == 5);
        assertThat(loops).containsOnly(loop);
    }

    @Test
    void loopRunsTasksInOrderOnItsThread() {
        EventLoop loop = network().nextLoop();
        assertThat(loop.inLoop()).isFalse();
        List<Integer> ran = new CopyOnWriteArrayList<>();
        List<Boolean> inLoop = new CopyOnWriteArrayList<>();
        CompletableFuture<Void> done = new CompletableFuture<>();
        note(loop);
        for (int i = 0; i < 100; i++) {
            int number = i;
            loop.execute(() -> {
                ran.add(number);
                inLoop.add(loop.inLoop());
            });
        }
        loop.execute(() -> {
            // Given on the loop, it runs later all the same.
            loop.execute(() -> {
                ran.add(101);
                done.complete(null);
            });
            ran.add(100);
        });
        get(done);
        assertThat(ran).isEqualTo(IntStream.rangeClosed(0, 101).boxed().toList());
        assertThat(inLoop).containsOnly(true);
    }

    @Test
    void timersFireInOrderAndNotEarly() {
        EventLoop loop = network().nextLoop();
        note(loop);
        long begin = loop.nanoTime();
        List<Integer> ran = new CopyOnWriteArrayList<>();
        List<Long> early = new CopyOnWriteArrayList<>();
        List<Integer> delays = List.of(60, 20, 40, 0);
        for (int delay : delays) {
            loop.schedule(Duration.ofMillis(delay), () -> {
                if (!loop.inLoop() || loop.nanoTime() - begin < delay * 1_000_000L) {
                    early.add(loop.nanoTime() - begin);
                }
                ran.add(delay);
            });
        }
        await("the timers", () -> ran.size() == 4);
        assertThat(ran).containsExactly(0, 20, 40, 60);
        assertThat(early).isEmpty();
    }

    @Test
    void timerCanceledOnTheLoopDoesNotRun() {
        EventLoop loop = network().nextLoop();
        note(loop);
        AtomicInteger runs = new AtomicInteger();
        CompletableFuture<Void> later = new CompletableFuture<>();
        loop.execute(() -> {
            EventLoop.Timer soon = loop.schedule(Duration.ZERO, runs::incrementAndGet);
            EventLoop.Timer timer = loop.schedule(Duration.ofMillis(10), runs::incrementAndGet);
            soon.cancel();
            timer.cancel();
            timer.cancel();
            loop.schedule(Duration.ofMillis(30), () -> later.complete(null));
        });
        get(later);
        assertThat(runs).hasValue(0);
    }

    @Test
    void closingTheTransportClosesItsLinksAndRefusesTasks() {
        Pair pair = pair(options(PREFIX));
        EventLoop loop = pair.caller().link().loop();
        CompletableFuture<Void> closed = network().close();
        get(closed);
        assertThat(pair.caller().reason()).isNotNull();
        assertThat(pair.called().reason()).isNotNull();
        assertThat(pair.caller().link().send(numbered(1, 10))).isFalse();
        pair.caller().link().close(new CloseReason.Local());
        pair.caller().link().end();
        assertThatThrownBy(() -> loop.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
        get(network().close());
        get(pair.acceptor().close());
    }

    @Test
    void transportMayBeClosedFromItsOwnLoop() {
        Pair pair = pair(options(PREFIX));
        EventLoop loop = pair.caller().link().loop();
        CompletableFuture<Void> closed = new CompletableFuture<>();
        loop.execute(() -> network().close().thenRun(() -> closed.complete(null)));
        get(closed);
        pair.caller().awaitClosed();
        pair.called().awaitClosed();
    }

    @Test
    void twoHundredConnectionsOpenAndClose() throws InterruptedException {
        List<RecordingHandler> accepted = new CopyOnWriteArrayList<>();
        Acceptor acceptor = listen(freshAddress(), options(PREFIX), () -> {
            RecordingHandler echo = record(new RecordingHandler() {
                @Override
                public void frame(Link link, Frame frame) {
                    super.frame(link, frame);
                    link.send(frame);
                }
            });
            accepted.add(echo);
            return echo;
        });
        List<RecordingHandler> callers = new ArrayList<>();
        CountDownLatch echoed = new CountDownLatch(200);
        for (int i = 0; i < 200; i++) {
            callers.add(connect(acceptor.address(), options(PREFIX), new RecordingHandler() {
                @Override
                public void frame(Link link, Frame frame) {
                    super.frame(link, frame);
                    echoed.countDown();
                }
            }));
            // One at a time: different event loops report in any order.
            int connected = i + 1;
            await("the other end", () -> accepted.size() == connected);
        }
        for (int i = 0; i < 200; i++) {
            callers.get(i).link().send(numbered(i, 100));
        }
        assertThat(echoed.await(RecordingHandler.DEADLINE.toSeconds(), TimeUnit.SECONDS))
                .isTrue();
        for (int i = 0; i < 200; i++) {
            Link link = callers.get(i).link();
            switch (i % 4) {
                case 0 -> link.end();
                case 1 -> link.close(new CloseReason.Local());
                case 2 -> accepted.get(i).link().end();
                default -> accepted.get(i).link().close(new CloseReason.Local());
            }
        }
        callers.forEach(RecordingHandler::awaitClosed);
        accepted.forEach(RecordingHandler::awaitClosed);
        assertThat(accepted).hasSize(200);
    }

    /** Counts the outcomes of an attempt to connect. */
    private static final class Outcome implements Transport.ConnectHandler {

        private final AtomicInteger calls = new AtomicInteger();
        private final List<Boolean> onLoop = new CopyOnWriteArrayList<>();
        private final CompletableFuture<HeliographException> failure = new CompletableFuture<>();
        private final EventLoop loop;

        Outcome(EventLoop loop) {
            this.loop = loop;
        }

        @Override
        public LinkHandler connected(Link link) {
            calls.incrementAndGet();
            failure.completeExceptionally(new AssertionError("connected"));
            return new RecordingHandler();
        }

        @Override
        public void failed(HeliographException cause) {
            calls.incrementAndGet();
            onLoop.add(loop.inLoop());
            failure.complete(cause);
        }
    }
}
