package io.heliograph.server.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.server.Rule;
import java.util.List;
import org.junit.jupiter.api.Test;

class NameMapTest {

    @Test
    void nameWithoutRuleStaysAsItIs() {
        NameMap names = map();
        assertThat(names.channel("a/b")).isEqualTo("a/b");
        assertThat(names.nameOf("a/b")).isEqualTo("a/b");
        assertThat(names.procedure("a/b")).isEqualTo("a/b");
        assertThat(names.call("a/b")).isEmpty();
    }

    @Test
    void channelsAreRenamedInBothDirections() {
        NameMap names = map(
                Rule.topic("log/**").channel("app/logs/**"),
                Rule.topic("*/in/*").channel("x/*/y/*"));
        assertThat(names.channel("log/db/slow")).isEqualTo("app/logs/db/slow");
        assertThat(names.channel("log")).isEqualTo("app/logs");
        assertThat(names.nameOf("app/logs/db/slow")).isEqualTo("log/db/slow");
        assertThat(names.nameOf("app/logs")).isEqualTo("log");
        assertThat(names.channel("1/in/2")).isEqualTo("x/1/y/2");
        assertThat(names.nameOf("x/1/y/2")).isEqualTo("1/in/2");
    }

    @Test
    void firstMatchingRuleApplies() {
        NameMap names = map(
                Rule.topic("log/debug").none(),
                Rule.topic("log/*").channel("logs/*"),
                Rule.topic("**").channel("rest/**"));
        assertThat(names.channel("log/debug")).isNull();
        assertThat(names.channel("log/info")).isEqualTo("logs/info");
        assertThat(names.channel("other/x")).isEqualTo("rest/other/x");
    }

    @Test
    void directionsAreIndependent() {
        NameMap names = map(
                Rule.topic("metrics").channel("stats").in(),
                Rule.topic("news").channel("feed").out());
        assertThat(names.channel("metrics")).isEqualTo("stats");
        assertThat(names.nameOf("stats")).isEqualTo("stats");
        assertThat(names.channel("news")).isEqualTo("news");
        assertThat(names.nameOf("feed")).isEqualTo("news");
    }

    @Test
    void hiddenNamesAreHiddenInBothDirections() {
        NameMap names = map(Rule.topic("secret/**").none());
        assertThat(names.channel("secret/a")).isNull();
        assertThat(names.nameOf("secret/a")).isNull();
        assertThat(names.procedure("secret/a")).isNull();
        assertThat(names.channel("secrets")).isEqualTo("secrets");
    }

    @Test
    void procedureRuleMakesMessagesCalls() {
        Rule rule = Rule.topic("resize").procedure("images/resize").reply("resized");
        NameMap names = map(rule);
        assertThat(names.call("resize")).containsSame(rule);
        assertThat(rule.replyTopic()).contains("resized");
        assertThat(names.procedure("resize")).isEqualTo("images/resize");
        assertThat(names.channel("resize")).isNull();
        assertThat(names.nameOf("images/resize")).isEqualTo("images/resize");
    }

    @Test
    void channelToReadIsVisibleInBothDirections() {
        NameMap names = map(
                Rule.topic("metrics").channel("stats").in(),
                Rule.topic("out").none().out());
        assertThat(names.channelToRead("metrics")).isEqualTo("stats");
        assertThat(names.channelToRead("news")).isEqualTo("news");
        assertThat(names.channel("out")).isEqualTo("out");
        assertThat(names.channelToRead("out")).isNull();
    }

    @Test
    void procedureHasTheNamesThatReachIt() {
        NameMap names = map(
                Rule.method("secret/**").none(),
                Rule.method("add").procedure("math/add"),
                Rule.method("m/**").procedure("math/**"),
                Rule.method("taken").procedure("other"));
        assertThat(names.namesOfProcedure("math/add")).containsExactly("math/add", "add", "m/add");
        assertThat(names.namesOfProcedure("secret/add")).isEmpty();
        assertThat(names.namesOfProcedure("taken")).isEmpty();
        assertThat(names.namesOfProcedure("other")).containsExactly("other", "taken");
    }

    @Test
    void bothSidesHaveTheSameWildcards() {
        assertThatThrownBy(() -> Rule.topic("log/**").channel("app/logs"))
                .hasMessage("rule: 'log/**' to 'app/logs' (expected: the same wildcards on both sides)");
        assertThatThrownBy(() -> Rule.topic("a*").none()).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Rule.topic("a").channel("b").reply("c"))
                .hasMessage("reply: 'c' (expected: a rule for a procedure)");
    }

    private static NameMap map(Rule... rules) {
        return new NameMap(List.of(rules));
    }
}
