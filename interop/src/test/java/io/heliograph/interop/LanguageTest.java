package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks comments, messages, documents and test names of the whole repository against the rules of {@link Language}. */
class LanguageTest {

    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Path MAIN = Path.of("core/src/main/java/Example.java");
    private static final Path TEST = Path.of("core/src/test/java/ExampleTest.java");
    private static final Path PAGE = Path.of("docs/example.md");

    @Test
    void repositoryHasNoViolations() throws IOException {
        assertThat(Language.check(ROOT)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/** Throws an exception if the address is none. */",
                "// The limits are none.",
                "/* Connects anew. */",
                "/** Copies the array, lest the caller change it. */",
                "/** Delivers to whoever subscribed. */",
                "/** The listener is told. */",
                "// Each subscriber has to be\n    // told about the close.",
                "/** Tells apart two kinds of frames. */",
                "/** State of a connection, the loop's own. */",
                "/** Waits in vain. */",
                "/** A connection that is cut off. */",
                "/** Must give back the buffer. */",
                "/** A client that goes on. */",
                "/**\n * Notifies the\n * heir.\n */",
                "/** Rejects a stranger. */",
                "/** Rehearses a takeover. */",
                "/** Hearsay. */",
                "/** A door for connections. */",
                "/** A client that is gone. */",
                "/** Behaviour at the limit. */",
                "/** Serialised form. */",
            })
    void refusedPhraseInJavaCommentIsReported(String comment) {
        assertThat(Language.check(MAIN, "class Example {\n    " + comment + "\n    int field;\n}\n"))
                .hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "What a client sends.",
                "Which limit applies.",
                "Who runs a task.",
                "How long to wait.",
                "Where frames go.",
                "Why it failed.",
                "One of the limits.",
                "Those that wait.",
                "That of the server.",
                "Of a client: its name.",
            })
    void refusedOpeningOfJavadocIsReported(String sentence) {
        assertThat(Language.check(MAIN, "/** " + sentence + " */\nclass Example {}\n"))
                .hasSize(1);
        assertThat(Language.check(MAIN, "/**\n * " + sentence + "\n */\nclass Example {}\n"))
                .hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"@param name what to call it", "@param <T> what it carries", "@return how many messages"})
    void refusedOpeningOfJavadocTagIsReported(String tag) {
        assertThat(Language.check(MAIN, "/**\n * Names a thing.\n *\n * " + tag + "\n */\nclass Example {}\n"))
                .hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/** Sends a notification. */",
                "/** Inbound pipeline of one connection: keep-alive, rate limits, middleware. */",
                "/** The remote address. */",
                "/** Event loop only: the partially copied frame with its offset. */",
                "/** A connection that the peer has closed. Ongoing requests fail. */",
                "/** Whatever the value, at least one byte is read. */",
                "/** One-way message. */",
                "/** Runs {@code anew()} and {@link Heir#told()}. */",
                "/**\n * Prints:\n * <pre>{@code\n * told\n * }</pre>\n */",
                "// Of two values the later remains. What remains is dropped.",
                "String told = \"x\";",
            })
    void plainSentencesAreAccepted(String code) {
        assertThat(Language.check(MAIN, "class Example {\n    " + code + "\n}\n"))
                .isEmpty();
    }

    @Test
    void messagesOfMainCodeAreCheckedAndThoseOfTestsAreNot() {
        String code = "class Example { String message = \"the limit is none\"; char c = '\"'; }";
        assertThat(Language.check(MAIN, code)).hasSize(1);
        assertThat(Language.check(TEST, code)).isEmpty();
    }

    @Test
    void commentSignsInLiteralsBeginNoComment() {
        assertThat(Language.check(TEST, "String a = \"/* told */\", b = \"\\\"// told\"; char c = '\\'';"))
                .isEmpty();
        assertThat(Language.check(TEST, "String a = \"\"\"\n    // told \"\"\"; // told"))
                .hasSize(1);
    }

    @Test
    void findingNamesFileAndLine() {
        List<Language.Finding> findings = Language.check(
                MAIN, "package x;\n\n/**\n * Opens a connection.\n * It is told of the peer.\n */\nclass X {}\n");
        assertThat(findings)
                .singleElement()
                .hasToString("core/src/main/java/Example.java:5: 'told' (reports, notifies, distinguishes, decides)");
    }

    @Test
    void phrasesOfMarkdownAreCheckedOutsideOfCode() {
        assertThat(Language.check(PAGE, "# Title\n\nThe peer is\ntold.\n")).hasSize(1);
        assertThat(Language.check(PAGE, "See `told`, [names](told.md) and\n\n```\ntold\n```\n\nWhat it does.\n"))
                .isEmpty();
    }

    @Test
    void longTestNamesAreReported() {
        String longest = "a".repeat(Language.MAX_TEST_NAME);
        assertThat(Language.check(TEST, "@Test\nvoid " + longest + "() {}\n")).isEmpty();
        assertThat(Language.check(TEST, "@Test\n@Checklist({\"A 1\", \"A 2\"})\nvoid " + longest + "a() {}\n"))
                .hasSize(1);
        assertThat(Language.check(TEST, "void " + longest + "a() {}\n")).isEmpty();
    }
}
