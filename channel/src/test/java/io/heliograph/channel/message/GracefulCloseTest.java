package io.heliograph.channel.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.channel.RequestFailedException;
import io.heliograph.testkit.Await;
import io.heliograph.testkit.Scratch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A member that leaves answers its pending requests, and leaves in time whatever its listeners do. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class GracefulCloseTest {

    private static final Duration LONG = Duration.ofSeconds(20);

    @RegisterExtension
    final Scratch scratch = new Scratch();

    private MessageChannelFixture join() {
        return scratch.closing(new MessageChannelFixture(scratch.folder(), builder -> builder))
                .connected();
    }

    @Test
    void pendingRequestsAreAnsweredBeforeMemberLeaves() {
        MessageChannelFixture one = join();
        MessageChannelFixture two = join();
        two.knowing(1);
        one.knowing(1);
        List<CompletableFuture<Object>> handled = new ArrayList<>();
        one.channel.topic("ask", Object.class).onRequest((question, from) -> {
            CompletableFuture<Object> answer = new CompletableFuture<>();
            handled.add(answer);
            return answer;
        });
        List<CompletableFuture<Integer>> answers = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            answers.add(two.channel.request(one.self(), "ask", i, Integer.class, LONG));
        }
        await().until(() -> handled.size() == 50);
        CompletableFuture<Void> closed = one.channel.closeGracefully(LONG);
        CompletableFuture<Integer> late = two.channel.request(one.self(), "ask", 0, Integer.class, LONG);
        assertThat(Await.failure(late))
                .isInstanceOf(RequestFailedException.class)
                .hasMessage("the member is leaving");
        for (int i = 0; i < 50; i++) {
            handled.get(i).complete(i);
        }
        Await.value(closed);
        for (int i = 0; i < 50; i++) {
            assertThat(Await.value(answers.get(i))).isEqualTo(i);
        }
    }

    @Test
    void memberLeavesAlthoughListenerNeverReturns() throws Exception {
        MessageChannelFixture one = join();
        MessageChannelFixture two = join();
        two.knowing(1);
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        one.channel.topic("n", Object.class).on((message, from) -> {
            entered.countDown();
            try {
                release.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        two.channel.send("n", 1);
        two.channel.send("n", 2);
        entered.await();
        try {
            Await.value(one.channel.closeGracefully(Duration.ofMillis(200)));
            await().until(() -> two.channel.isHosting());
        } finally {
            release.countDown();
        }
    }
}
