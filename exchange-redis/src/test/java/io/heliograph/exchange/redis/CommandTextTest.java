package io.heliograph.exchange.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.exchange.control.Command;
import io.heliograph.exchange.control.Command.Target;
import io.heliograph.exchange.control.Node;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Commands and nodes as strings. */
class CommandTextTest {

    @Test
    void commandsHaveTheirForm() {
        Command kick = new Command.KickOut("a:b", new Target.Connection("sc-1"), null);
        assertThat(CommandText.format(kick)).isEqualTo("4:kick10:connection4:sc-13:a:b-");
        assertThat(CommandText.parse("4:kick10:connection4:sc-13:a:b-")).isEqualTo(kick);
        Command disconnect = new Command.Disconnect(new Target.User("\u00fc"), 4001, "");
        assertThat(CommandText.format(disconnect)).isEqualTo("10:disconnect4:user1:\u00fc4:40010:");
        assertThat(CommandText.parse("10:disconnect4:user1:\u00fc4:40010:")).isEqualTo(disconnect);
        Command revoke = new Command.Revoke(new Target.Token("t"), Instant.EPOCH, Instant.EPOCH.plusNanos(1));
        assertThat(CommandText.format(revoke))
                .isEqualTo("6:revoke5:token1:t20:1970-01-01T00:00:00Z30:1970-01-01T00:00:00.000000001Z");
        assertThat(CommandText.parse(CommandText.format(revoke))).isEqualTo(revoke);
    }

    @Test
    void malformedCommandsAreRejected() {
        assertThatThrownBy(() -> CommandText.parse("4:stop4:user1:a-" + "-"))
                .hasMessage("command: 'stop' (expected: kick, disconnect or revoke)");
        assertThatThrownBy(() -> CommandText.parse("4:kick")).hasMessage("command: 1 fields (expected: 5)");
        assertThatThrownBy(() -> CommandText.parse("9:kick"))
                .hasMessage("field at index 0 (expected: a length, a colon and as many characters)");
        assertThatThrownBy(() -> CommandText.parse("x:kick"))
                .hasMessage("field at index 0 (expected: a length, a colon and as many characters)");
        assertThatThrownBy(() -> CommandText.parse("kick"))
                .hasMessage("field at index 0 (expected: a length, a colon and as many characters)");
        assertThatThrownBy(() -> CommandText.parse("4:kick4:team1:a1:c-"))
                .hasMessage("target: 'team' (expected: user, connection or token)");
        assertThatThrownBy(() -> CommandText.parse("4:kick4:user1:a--"))
                .hasMessage("field 3: missing (expected: a string)");
        assertThatThrownBy(() -> CommandText.parse("6:revoke4:user1:a1:x1:y"))
                .hasMessageStartingWith("command: Text 'x'");
    }

    @Test
    void longCommandIsRejected() {
        assertThatThrownBy(() ->
                        CommandText.format(new Command.Disconnect(new Target.User("a"), 1000, "x".repeat(65_536))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("characters (expected: at most 65536)");
    }

    @Test
    void nodesHaveTheirForm() {
        Node node = new Node("a-1", "0.1.0", "host:1", Instant.EPOCH, Map.of("calls", 1.5));
        assertThat(NodeText.format(node)).isEqualTo("5:0.1.06:host:120:1970-01-01T00:00:00Z5:calls3:1.5");
        assertThat(NodeText.parse("a-1", NodeText.format(node))).isEqualTo(node);
        assertThat(NodeText.parse("a-1", "another form")).isEqualTo(new Node("a-1", "", "", Instant.EPOCH, Map.of()));
    }
}
