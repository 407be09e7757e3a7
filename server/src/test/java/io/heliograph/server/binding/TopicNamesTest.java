package io.heliograph.server.binding;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.server.Rule;
import io.heliograph.server.hub.NameMap;
import java.util.List;
import org.junit.jupiter.api.Test;

class TopicNamesTest {

    private static TopicNames names(Rule... rules) {
        return new TopicNames("m", new NameMap(List.of(rules)));
    }

    @Test
    void topicWithoutRuleHasPrefix() {
        TopicNames names = names();
        assertThat(names.channel("a/b")).isEqualTo("m/a/b");
        assertThat(names.topic("m/a/b")).isEqualTo("a/b");
        assertThat(names.topic("a/b")).isNull();
        assertThat(names.topic("m")).isNull();
        assertThat(names.channels()).extracting(Object::toString).containsExactly("m/**");
    }

    @Test
    void ruleReplacesPrefix() {
        TopicNames names = names(Rule.topic("log/**").channel("app/logs/**"));
        assertThat(names.channel("log/a")).isEqualTo("app/logs/a");
        assertThat(names.topic("app/logs/a")).isEqualTo("log/a");
        assertThat(names.channel("b")).isEqualTo("m/b");
        assertThat(names.channels()).extracting(Object::toString).containsExactly("app/logs/**", "m/**");
    }

    @Test
    void hiddenTopicHasNoChannel() {
        TopicNames names = names(Rule.topic("secret/**").none());
        assertThat(names.channel("secret/a")).isNull();
        assertThat(names.topic("m/secret/a")).isNull();
    }
}
