"""A Pygments lexer for Larmor, written by the tests from Grammar/larmor.ebnf."""

from pygments.lexer import RegexLexer, bygroups, include
from pygments.token import Comment, Keyword, Name, Number, Operator
from pygments.token import Punctuation, String, Whitespace

__all__ = ["LarmorLexer"]


class LarmorLexer(RegexLexer):
    name = "Larmor"
    aliases = ["larmor"]
    filenames = ["*.exp"]

    tokens = {
        "root": [
            (r'\s+', Whitespace),
            (r'"', String.Double, "string"),
            include("code"),
        ],
        "code": [
            (r'''\A#!.*''', Comment.Hashbang),
            (r'''^[ \t]*##(?!#).*''', String.Doc),
            (r'''#.*''', Comment.Single),
            (r'''(?<=[\w)\]]\.)\d+''', Number),
            (r'''\b(0x[0-9A-Fa-f_]+|0b[01_]+|\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d+)?)( ?)((?:1/)?(?:mturn|uturn|mdeg|mrad|nrad|turn|urad|GHz|GeV|MHz|MeV|THz|deg|kHz|keV|mHz|meV|min|neV|rad|uHz|ueV|Hz|MJ|MV|MW|cm|eV|fA|fJ|fT|fW|fm|fs|kA|kG|kJ|kK|kV|kW|kg|km|mA|mG|mJ|mK|mT|mV|mW|mg|mm|ms|nA|nG|nJ|nK|nT|nV|nW|ng|nm|ns|pA|pJ|pT|pW|pm|ps|uA|uG|uJ|uK|uT|uV|uW|ug|um|us|A|G|J|K|T|V|W|g|h|m|s)(?:\^-?\d+)?(?:[*/](?:mturn|uturn|mdeg|mrad|nrad|turn|urad|GHz|GeV|MHz|MeV|THz|deg|kHz|keV|mHz|meV|min|neV|rad|uHz|ueV|Hz|MJ|MV|MW|cm|eV|fA|fJ|fT|fW|fm|fs|kA|kG|kJ|kK|kV|kW|kg|km|mA|mG|mJ|mK|mT|mV|mW|mg|mm|ms|nA|nG|nJ|nK|nT|nV|nW|ng|nm|ns|pA|pJ|pT|pW|pm|ps|uA|uG|uJ|uK|uT|uV|uW|ug|um|us|A|G|J|K|T|V|W|g|h|m|s)(?:\^-?\d+)?)*)(?![\w])''', bygroups(Number, Name, Keyword.Type)),
            (r'''\b(?:0x[0-9A-Fa-f_]+|0b[01_]+|\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d+)?)''', Number),
            (r'''\b(?:false|none|true)\b''', Keyword.Constant),
            (r'''\b(?:and|in|not|or)\b''', Operator.Word),
            (r'''\b(?:const|driver|enum|experiment|fn|host|import|inout|interface|kernel|let|mutating|part|struct|var)\b''', Keyword.Declaration),
            (r'''\b(?:await|break|case|catch|continue|else|finally|for|guard|if|match|preload|return|send|throw|try|while)\b''', Keyword),
            (r'''\b(?:analyze|cleanup|prepare|run)\b(?=[ \t]*\{)''', Keyword.Declaration),
            (r'''\b(?:critical|parallel|record|sequential)\b(?=[ \t]*(?:\{|for\b))''', Keyword),
            (r'''\b(?:arg|dataset|device|error|field|resident|seamless|shared|test|use)\b(?=[ \t]+(?:(?:[^\W\d]\w*)[ \t]*(?:[:,(\n]|$)|"[^"\n]*"[ \t]*\{|kernel\b))''', Keyword.Declaration),
            (r'''\b(?:as|at|by|over)\b(?=[ \t]+[\w"(\[-])''', Keyword),
            (r'''\b[A-Z]\w*''', Name.Class),
            (r'''(?:[^\W\d]\w*)(?=\()''', Name.Function),
            (r'''(?:[^\W\d]\w*)''', Name),
            (r'''&\*=|&\+=|&-=|\*\*=|\.\.\.|\.\.<|//=|<<=|>>=|!=|%=|&\*|&\+|&-|&=|\*\*|\*=|\+=|-=|->|//|/=|<<|<=|==|>=|>>|\?\?|@=|\^=|\|=| |%|&|\*|\+|-|/|<|=|>|\?|@|\^|\||~''', Operator),
            (r'''\(|\)|,|\.|:|;|\[|\]|\{|\}''', Punctuation),
        ],
        "string": [
            (r'"', String.Double, "#pop"),
            (r'\n', Whitespace, "#pop"),
            (r'''\\u\{[0-9A-Fa-f]+\}|\\[ntr0\\"]|\{\{|\}\}''', String.Escape),
            (r'''[^"\\{}\n]+''', String.Double),
            (r'\{', String.Interpol, "value"),
        ],
        "value": [
            (r'\}', String.Interpol, "#pop"),
            (r':[^"{}\n]*(?=\})', String.Affix),
            (r'[(\[{]', Punctuation, "bracket"),
            (r'[ \t]+', Whitespace),
            (r'"', String.Double, "string"),
            include("code"),
        ],
        "bracket": [
            (r'[)\]}]', Punctuation, "#pop"),
            (r'[(\[{]', Punctuation, "#push"),
            (r'[ \t]+', Whitespace),
            (r'"', String.Double, "string"),
            include("code"),
        ],
    }
