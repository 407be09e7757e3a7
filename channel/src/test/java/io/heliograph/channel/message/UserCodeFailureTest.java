package io.heliograph.channel.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.channel.RequestFailedException;
import io.heliograph.frame.Frame;
import io.heliograph.testkit.Await;
import io.heliograph.testkit.Scratch;
import io.heliograph.testkit.StandardError;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Log of exceptions of listeners and request handlers, and texts of other members. */
class UserCodeFailureTest {

    private static final Duration DEADLINE = Duration.ofSeconds(10);

    @RegisterExtension
    final Scratch scratch = new Scratch();

    private MessageChannelFixture join() {
        return scratch.closing(new MessageChannelFixture(scratch.folder(), builder -> builder))
                .connected();
    }

    @Test
    void exceptionOfListenerIsLoggedWithTopicMemberAndStack() {
        MessageChannelFixture one = join();
        MessageChannelFixture two = join().knowing(1);
        one.channel.topic("sum", Object.class).on((message, from) -> {
            throw new IllegalStateException("mine");
        });
        try (StandardError log = new StandardError()) {
            two.channel.send("sum", 1);
            await().until(() -> one.errors.size() == 1);
            assertThat(log.text())
                    .contains("User code failed: topic=sum connection=member "
                            + two.self().id())
                    .contains("at io.heliograph.channel.message.UserCodeFailureTest");
        }
    }

    @Test
    void exceptionOfRequestHandlerIsLoggedAndAnswered() {
        MessageChannelFixture one = join();
        MessageChannelFixture two = join().knowing(1);
        one.channel.topic("ask", Object.class).onRequest((message, from) -> {
            throw new IllegalStateException("mine");
        });
        try (StandardError log = new StandardError()) {
            assertThat(Await.failure(two.channel.request(one.self(), "ask", 1, Object.class, DEADLINE)))
                    .isInstanceOf(RequestFailedException.class);
            await().until(() -> one.errors.size() == 1);
            assertThat(log.text())
                    .contains("User code failed: topic=ask connection=member "
                            + two.self().id());
        }
    }

    @Test
    void reasonOfFailedRequestIsEscaped() {
        MessageChannelFixture one = join();
        MessageChannelFixture two = join().knowing(1);
        one.channel.topic("ask", Object.class).onRequest((message, from) -> {
            throw new RequestFailedException("\u001b[31mred\nline");
        });
        assertThat(Await.failure(two.channel.request(one.self(), "ask", 1, Object.class, DEADLINE)))
                .hasMessage("\\u001b[31mred\\nline");
    }

    /** A member that the test writes fails a request with a reason that is not JSON. */
    @Test
    void malformedReasonFailsRequest() throws Exception {
        MessageChannelFixture one = join();
        RawMember raw = scratch.closing(new RawMember(scratch.folder())).join();
        one.knowing(1);
        var answer = one.channel.request(one.channel.members().iterator().next(), "ask", 1, Object.class, DEADLINE);
        await().until(() -> raw.hasReceived(Wire.MESSAGE));
        Frame failure = Frame.of(concat(Wire.messageHead(raw.id, Wire.KIND_FAILURE, 1, new byte[0]), new byte[] {'{'}));
        Wire.putLong(failure, Wire.NUMBER, 1);
        Wire.putLong(failure, Wire.VIEW, 2);
        raw.send(failure);
        assertThat(Await.failure(answer))
                .isInstanceOf(RequestFailedException.class)
                .hasMessage("the handler failed with a reason that is not JSON");
    }

    private static byte[] concat(byte[] one, byte[] two) {
        byte[] both = Arrays.copyOf(one, one.length + two.length);
        System.arraycopy(two, 0, both, one.length, two.length);
        return both;
    }
}
