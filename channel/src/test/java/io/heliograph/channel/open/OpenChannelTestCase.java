package io.heliograph.channel.open;

import static org.awaitility.Awaitility.await;

import io.heliograph.channel.OpenChannel;
import io.heliograph.testkit.Await;
import io.heliograph.testkit.Scratch;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Opens channels named {@code c} in a directory of the test. */
abstract class OpenChannelTestCase {

    static final long PID = ProcessHandle.current().pid();

    @RegisterExtension
    final Scratch scratch = new Scratch();

    static ConditionFactory eventually() {
        return await().atMost(Await.TIMEOUT);
    }

    OpenChannelFixture open() {
        return open(builder -> builder);
    }

    OpenChannelFixture open(UnaryOperator<OpenChannel.Builder> options) {
        return scratch.closing(new OpenChannelFixture(scratch.folder(), "c", options));
    }

    /** The directory of the channel. */
    Path directory() {
        return scratch.folder().resolve(".c");
    }

    /** The entry of this process in the directory of the channel. */
    Path entry() {
        return directory().resolve(Long.toString(PID));
    }
}
