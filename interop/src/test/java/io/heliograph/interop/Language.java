package io.heliograph.interop;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Checker of the project's language: refuses a closed list of phrases in Java comments, in string literals of main code and in Markdown, first
 * sentences of Javadoc that begin with a question word or a pronoun, and long test names.
 *
 * <p>Uses the JDK only, so that {@code java Language.java [MODULE...]} runs it without a build.
 */
final class Language {

    /** Maximum length of a test name. */
    static final int MAX_TEST_NAME = 60;

    /** Part of a phrase rule: a regular expression and the words to use instead. */
    private record Phrase(Pattern pattern, String instead) {}

    /** Violation of one rule. */
    record Finding(Path file, int line, String found, String instead) {

        @Override
        public String toString() {
            return file + ":" + line + ": '" + found + "' (" + instead + ")";
        }
    }

    /** Continuous prose: one character per character of the source, so that an offset leads to a line. */
    private record Prose(String text, int firstLine) {

        int lineAt(int offset) {
            return firstLine
                    + (int) text.substring(0, offset)
                            .chars()
                            .filter(c -> c == '\n')
                            .count();
        }
    }

    private static final List<Phrase> PHRASES = List.of(
            phrase("(?:is|are|be|was|were) none", "say which condition fails"),
            phrase("there (?:is|are) none of", "name what is missing"),
            phrase("anew", "again"),
            phrase("lest", "so that ... not"),
            phrase("whoever|whosoever", "name the noun: the caller, the peer"),
            phrase("tells?|telling|told", "reports, notifies, distinguishes, decides"),
            phrase("hears?|heard|hearing|hearsay", "receives, is notified"),
            phrase("loop's own|lane's own", "Event loop only."),
            phrase("in vain", "without effect, fails"),
            phrase("cuts? off|cutting off", "disconnects, truncates"),
            phrase("(?:gives?|given|gave|giving) back", "returns, releases"),
            phrase("(?:looks?|looked|looking) after", "manages, maintains"),
            phrase("(?:holds?|held|holding) up", "delays, blocks"),
            phrase("(?:goes|go|going|went) on", "continues"),
            phrase("(?:takes?|taken|took|taking) on", "accepts"),
            phrase("to be had|be had", "available"),
            phrase("(?:is|are|be|was|were|has|have|had|long) gone", "has closed, has left"),
            phrase("in silence", "silently, without a report"),
            phrase("in the middle", "median, in progress"),
            phrase("heirs?", "successor"),
            phrase("guests?", "member"),
            phrase("strangers?|strange", "unauthenticated connection, unknown"),
            phrase("rehears\\w*", "warm-up"),
            phrase("doors?", "acceptor, gate, admission"),
            phrase("ruins?", "violating fixture"),
            phrase("the (?:house|dead|living)", "architecture; disconnected members; connected members"),
            phrase("newcomers?", "new member, new connection"),
            phrase(
                    "(?:conversation|letter|visitor|errand|messenger)s? (?:of|with|from|to|for|between)",
                    "session, message"),
            phrase("the word (?:that|of)", "the notification"),
            phrase("back pressure", "backpressure"),
            phrase("turns? of (?:the|its|a|an|one) (?:event )?loop|loop's turn|turn of its loop", "loop iteration"),
            phrase(
                    "behaviours?|colours?|grey|licences?|centres?|(?:honour|favour|neighbour)\\w*"
                            + "|(?:serial|recogn|optim|initial|normal|organ|synchron|util|minim|maxim)is(?:e|es|ed|er|ing|ation)",
                    "American spelling"));

    private static final Pattern OPENING = Pattern.compile(
            "(What|Which|Who|Whoever|Whom|Whose|How|Where|When|Why|One|Those|That|Of|To be)\\b(?!-)",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern OPENING_TAG = Pattern.compile(
            "@(?:param +(?:<\\w+>|\\w+)|return) +(what|which|who|whoever|whose|how|where|when|why|those|that|of|to be)\\b(?!-)");
    private static final Pattern INLINE_TAG = Pattern.compile("\\{@\\w+[^{}]*(?:\\{[^{}]*\\}[^{}]*)*\\}");
    private static final Pattern PRE = Pattern.compile("(?s)<pre>.*?</pre>");
    private static final Pattern FENCE = Pattern.compile("(?ms)^ *```.*?^ *```");
    private static final Pattern INLINE_CODE = Pattern.compile("`[^`\n]*`");
    private static final Pattern TARGET = Pattern.compile("\\]\\([^)\n]*\\)|https?://\\S+|\\bhref=\"[^\"]*\"");
    private static final Pattern TEST_NAME = Pattern.compile(
            "@(?:Test|ParameterizedTest|RepeatedTest|TestFactory|FuzzTest|Property)\\b(?:[^;{}]|\\{[^{}]*\\})*?\\bvoid (\\w+)\\(");
    private static final Set<String> SKIPPED = Set.of(".git", "target", "node_modules", ".idea", "resources");

    private final List<Finding> findings = new ArrayList<>();

    private static Phrase phrase(String expression, String instead) {
        return new Phrase(
                Pattern.compile("\\b(?:" + expression.replace(" ", "\\s+") + ")\\b", Pattern.CASE_INSENSITIVE),
                instead);
    }

    /** Prints the violations of the named modules or folders (default: all), and their number for each module. Exit code 1 if there are any. */
    public static void main(String[] modules) throws IOException {
        Path root = Path.of("").toAbsolutePath();
        Map<String, Integer> counts = new TreeMap<>();
        int total = 0;
        for (Finding finding : check(root)) {
            String path = finding.file().toString().replace('\\', '/');
            String module = path.contains("/") ? path.substring(0, path.indexOf('/')) : "(root)";
            counts.merge(module, 1, Integer::sum);
            if (modules.length == 0
                    || Arrays.stream(modules).anyMatch(name -> path.equals(name) || path.startsWith(name + "/"))) {
                System.out.println(finding);
                total++;
            }
        }
        System.out.println("Violations: " + total + " listed; by module: " + counts);
        System.exit(total == 0 ? 0 : 1);
    }

    /** Checks all Java and Markdown files below {@code root}. */
    static List<Finding> check(Path root) throws IOException {
        Language language = new Language();
        List<Path> files = new ArrayList<>();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                return SKIPPED.contains(String.valueOf(folder.getFileName()))
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                files.add(file);
                return FileVisitResult.CONTINUE;
            }
        });
        files.sort(null);
        for (Path file : files) {
            String name = file.toString();
            Path shown = root.relativize(file);
            if (name.endsWith(".java")) {
                language.java(shown, Files.readString(file));
            } else if (name.endsWith(".md")) {
                language.markdown(shown, Files.readString(file));
            }
        }
        return language.findings;
    }

    /** Checks one file, a Java source unless its name ends with {@code .md}. */
    static List<Finding> check(Path file, String source) {
        Language language = new Language();
        if (file.toString().endsWith(".md")) {
            language.markdown(file, source);
        } else {
            language.java(file, source);
        }
        return language.findings;
    }

    private void markdown(Path file, String source) {
        String text = blank(FENCE, source, ' ');
        text = blank(INLINE_CODE, text, 'x');
        phrases(file, new Prose(blank(TARGET, text, ' '), 1));
    }

    private void java(Path file, String source) {
        boolean main = file.toString().replace('\\', '/').contains("src/main/");
        StringBuilder code = new StringBuilder(source.length());
        StringBuilder lineComments = new StringBuilder();
        int line = 1;
        int linesFrom = 0;
        int i = 0;
        while (i < source.length()) {
            int end;
            if (source.startsWith("/*", i)) {
                end = after(source, "*/", i + 2);
                comment(file, source.substring(i, end), line);
            } else if (source.startsWith("//", i)) {
                end = source.indexOf('\n', i);
                end = end < 0 ? source.length() : end;
                if (lineComments.isEmpty()) {
                    linesFrom = line;
                }
                lineComments.append("  ").append(source, i + 2, end);
            } else if (source.startsWith("\"\"\"", i)) {
                end = after(source, "\"\"\"", i + 3);
            } else if (source.charAt(i) == '"' || source.charAt(i) == '\'') {
                end = endOfLiteral(source, i);
                if (main && source.charAt(i) == '"') {
                    phrases(file, new Prose(blank(TARGET, source.substring(i, end), ' '), line));
                }
            } else {
                char c = source.charAt(i);
                code.append(c);
                if (!lineComments.isEmpty()) {
                    if (c == '\n') {
                        lineComments.append(c);
                    } else if (!Character.isWhitespace(c)) {
                        phrases(file, new Prose(lineComments.toString(), linesFrom));
                        lineComments.setLength(0);
                    }
                }
                line += c == '\n' ? 1 : 0;
                i++;
                continue;
            }
            for (int k = i; k < end; k++) {
                code.append(source.charAt(k) == '\n' ? '\n' : ' ');
                line += source.charAt(k) == '\n' ? 1 : 0;
            }
            i = end;
        }
        phrases(file, new Prose(lineComments.toString(), linesFrom));
        testNames(file, code.toString());
    }

    private void comment(Path file, String comment, int line) {
        // The opening, the stars at the beginning of lines, and the end become spaces.
        String text = comment.replaceFirst("^/\\*+", "   ").replaceFirst("\\*/$", "");
        text = Pattern.compile("(?m)^( *)\\*").matcher(text).replaceAll("$1 ");
        text = blank(PRE, text, ' ');
        text = blank(INLINE_TAG, text, 'x');
        text = blank(TARGET, text, ' ');
        Prose prose = new Prose(text, line);
        phrases(file, prose);
        if (comment.startsWith("/**")) {
            Matcher opening = OPENING.matcher(text);
            int start = 0;
            while (start < text.length() && Character.isWhitespace(text.charAt(start))) {
                start++;
            }
            if (opening.region(start, text.length()).lookingAt()) {
                report(
                        file,
                        prose,
                        opening.start(),
                        opening.group(),
                        "begin with a noun phrase or a third-person verb");
            }
            Matcher tag = OPENING_TAG.matcher(text);
            while (tag.find()) {
                report(file, prose, tag.start(), tag.group(), "begin with a noun phrase");
            }
        }
    }

    private void phrases(Path file, Prose prose) {
        for (Phrase phrase : PHRASES) {
            Matcher matcher = phrase.pattern().matcher(prose.text());
            while (matcher.find()) {
                report(file, prose, matcher.start(), matcher.group(), phrase.instead());
            }
        }
    }

    private void testNames(Path file, String code) {
        Matcher name = TEST_NAME.matcher(code);
        while (name.find()) {
            if (name.group(1).length() > MAX_TEST_NAME) {
                report(
                        file,
                        new Prose(code, 1),
                        name.start(1),
                        name.group(1),
                        "test names have at most " + MAX_TEST_NAME + " characters");
            }
        }
    }

    private void report(Path file, Prose prose, int offset, String found, String instead) {
        findings.add(new Finding(file, prose.lineAt(offset), found.replaceAll("\\s+", " "), instead));
    }

    /** Replaces all characters of each match but line ends by {@code filler}. */
    private static String blank(Pattern pattern, String text, char filler) {
        return pattern.matcher(text)
                .replaceAll(
                        match -> Matcher.quoteReplacement(match.group().replaceAll("[^\n]", String.valueOf(filler))));
    }

    private static int after(String source, String end, int from) {
        int found = source.indexOf(end, from);
        return found < 0 ? source.length() : found + end.length();
    }

    private static int endOfLiteral(String source, int start) {
        for (int i = start + 1; i < source.length() && source.charAt(i) != '\n'; i++) {
            if (source.charAt(i) == '\\') {
                i++;
            } else if (source.charAt(i) == source.charAt(start)) {
                return i + 1;
            }
        }
        return start + 1;
    }
}
