package parse

import (
	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"
)

// The grammar of docs/language.md. A node has its first token as Pos, and the token
// after its last one as EndPos. Operands and operators of an expression are one flat
// list; how strongly they bind is decided when the tree is made.

// gPiece is what is read at a time: declarations up to one that begins a line.
type gPiece struct {
	Decls []*gDecl `parser:"@@+"`
}

type gDecl struct {
	Pos, EndPos lexer.Position
	Export      bool       `parser:"( @'export'? ("`
	Let         *gLet      `parser:"  @@"`
	Def         *gDef      `parser:"| @@ )"`
	Policy      *gPolicy   `parser:"| @@"`
	Sensor      *gSensor   `parser:"| @@"`
	Files       *gFiles    `parser:"| @@"`
	Defaults    *gDefaults `parser:"| @@ )"`
}

type gLet struct {
	Name *gWord `parser:"'let' @@ '='"`
	Expr *gExpr `parser:"@@"`
}

type gDef struct {
	Name   *gWord    `parser:"'def' @@ '('"`
	Params []*gParam `parser:"( @@ ( (?! ',' ')' ) ',' @@ )* ','? )? ')' '='"`
	Expr   *gExpr    `parser:"@@"`
}

type gParam struct {
	Pos, EndPos lexer.Position
	Name        *gWord `parser:"@@"`
	Type        *gWord `parser:"( ':' @@ )?"`
	Default     *gExpr `parser:"( '=' @@ )?"`
}

type gPolicy struct {
	Name  *gWord  `parser:"'policy' @@ 'for'"`
	For   *gExpr  `parser:"@@"`
	Block *gBlock `parser:"@@"`
}

type gSensor struct {
	Name  *gWord     `parser:"'sensor' @@ 'for'"`
	For   *gExpr     `parser:"@@"`
	Every *gDuration `parser:"'every' @@"`
	Block *gBlock    `parser:"@@?"`
}

type gFiles struct {
	Name  *gWord     `parser:"'files' @@ 'from'"`
	From  *gExpr     `parser:"@@"`
	Every *gDuration `parser:"( 'every' @@ )?"`
	Block *gBlock    `parser:"@@"`
}

type gDefaults struct {
	Block *gBlock `parser:"'defaults' @@"`
}

type gBlock struct {
	Pos, EndPos lexer.Position
	Clauses     []*gClause `parser:"'{' @@* '}'"`
}

type gClause struct {
	Pos, EndPos lexer.Position
	When        *gExpr      `parser:"  'when' @@"`
	Match       *gMatch     `parser:"| 'match' @@"`
	Tags        *gMap       `parser:"| 'tags' @@"`
	Config      *gConfig    `parser:"| 'config' @@"`
	Limit       *gRate      `parser:"| 'limit' @@"`
	Job         *gKey       `parser:"| 'job' @@"`
	AtMost      *gSpaced    `parser:"| 'at most' @@"`
	Retry       *gRetry     `parser:"| 'retry' @@"`
	Params      *gMap       `parser:"| 'params' @@"`
	Priority    *gNumber    `parser:"| 'priority' @@"`
	Quiet       *gDuration  `parser:"| 'quiet' @@"`
	Missed      *gWord      `parser:"| 'missed' (?= 'none' | 'last' | 'all' ) @@"`
	Order       *gWord      `parser:"| 'order' (?= 'newest' | 'oldest' ) @@ 'first'"`
	Halt        *gInt       `parser:"| 'halt' 'above' @@ 'per' 'tick'"`
	Pause       *gPause     `parser:"| 'pause' @@"`
	GroupBy     *gWord      `parser:"| 'group by' (?= 'partition' | 'group' | 'owner' | 'none' ) @@"`
	Max         *gInt       `parser:"| 'max' @@ 'per' 'run'"`
	Budget      *gDuration  `parser:"| 'budget' @@"`
	Settled     *gDuration  `parser:"| 'settled' @@"`
	Existing    *gExisting  `parser:"| 'existing' @@"`
	Redeliver   *gRedeliver `parser:"| 'redeliver' @@"`
	Always      []*gKey     `parser:"| 'always' @@ ( ',' @@ )*"`
	Take        *gWord      `parser:"| 'take' (?= 'first' | 'all' ) @@"`
	Otherwise   *gOtherwise `parser:"| 'otherwise' @@"`
	RunKey      *gString    `parser:"| 'run_key' @@"`
}

type gRate struct {
	Count *gInt      `parser:"@@ 'per'"`
	Tick  bool       `parser:"( @'tick'"`
	Per   *gDuration `parser:"| @@ )"`
}

type gSpaced struct {
	Count *gInt      `parser:"@@ 'per'"`
	Per   *gDuration `parser:"@@"`
}

type gRetry struct {
	Count *gInt      `parser:"@@ 'after'"`
	After *gDuration `parser:"@@"`
	UpTo  *gDuration `parser:"( 'up' 'to' @@ )?"`
}

type gPause struct {
	Until   *gString `parser:"'until' @@"`
	Because *gString `parser:"'because' @@"`
}

type gConfig struct {
	Asset *gKey `parser:"@@"`
	Map   *gMap `parser:"@@"`
}

// gExisting is a word of its own: `take` begins a clause, too.
type gExisting struct {
	Pos, EndPos lexer.Position
	Name        string `parser:"@( 'skip' | 'take' )"`
}

type gRedeliver struct {
	Pos, EndPos lexer.Position
	Word        string     `parser:"  @( 'never' | 'always' )"`
	NewEtag     bool       `parser:"| 'on' 'new' @'etag'"`
	After       *gDuration `parser:"| 'after' @@"`
}

type gOtherwise struct {
	Action *gWord   `parser:"  (?= 'ignore' | 'error' ) @@"`
	Move   *gWord   `parser:"| (?= 'quarantine' ) @@"`
	To     *gString `parser:"  @@"`
}

type gMatch struct {
	Name    *gWord     `parser:"( @@ ':' )?"`
	Pattern *gPattern  `parser:"@@"`
	Folder  *gPattern  `parser:"( 'in' @@ )? '->'"`
	Targets []*gTarget `parser:"@@ ( ',' @@ )*"`
	Block   *gBlock    `parser:"@@?"`
}

type gPattern struct {
	Pos, EndPos lexer.Position
	Glob        string `parser:"  @String"`
	Regex       string `parser:"| @Regex"`
}

type gTarget struct {
	Pos, EndPos lexer.Position
	Key         *gKey    `parser:"@@"`
	Parts       []*gPart `parser:"( '[' @@ ( (?! ',' ']' ) ',' @@ )* ','? ']' )?"`
}

type gPart struct {
	Pos, EndPos lexer.Position
	First       *gWord   `parser:"@@"`
	Of          *gWord   `parser:"( ':' @@ )?"`
	As          *gString `parser:"( 'as' @@ )?"`
}

type gKey struct {
	Pos, EndPos lexer.Position
	Bare        string `parser:"  @Name"`
	Quoted      string `parser:"| @String"`
}

type gWord struct {
	Pos, EndPos lexer.Position
	Name        string `parser:"@Name"`
}

type gString struct {
	Pos, EndPos lexer.Position
	Text        string `parser:"@String"`
}

type gDuration struct {
	Pos, EndPos lexer.Position
	Text        string `parser:"@Duration"`
}

type gInt struct {
	Pos, EndPos lexer.Position
	Text        string `parser:"@Int"`
}

type gNumber struct {
	Pos, EndPos lexer.Position
	Minus       bool   `parser:"@'-'?"`
	Text        string `parser:"@Int"`
}

type gExpr struct {
	First *gUnary `parser:"@@"`
	Rest  []*gOp  `parser:"@@*"`
}

type gOp struct {
	Op   string  `parser:"@( '&' | '|' | '-' )"`
	Unit *gUnary `parser:"@@"`
}

type gUnary struct {
	Pos, EndPos lexer.Position
	Not         []string   `parser:"@'~'*"`
	Paren       *gExpr     `parser:"(  '(' @@ ')'"`
	Name        string     `parser:" | @Name"`
	Args        *gArgs     `parser:"   @@?"`
	Str         string     `parser:" | @String"`
	List        *gList     `parser:" | @@"`
	Map         *gMap      `parser:" | @@"`
	Duration    string     `parser:" | @Duration"`
	Int         string     `parser:" | @( '-'? Int )"`
	Regex       string     `parser:" | @Regex"`
	Bool        string     `parser:" | @( 'true' | 'false' ) )"`
	Methods     []*gMethod `parser:"@@*"`
}

type gMethod struct {
	Pos, EndPos lexer.Position
	Name        string `parser:"'.' @( Name | Word )"`
	Args        *gArgs `parser:"@@?"`
}

type gArgs struct {
	Pos, EndPos lexer.Position
	Args        []*gArg `parser:"'(' ( @@ ( (?! ',' ')' ) ',' @@ )* ','? )? ')'"`
}

type gArg struct {
	Pos, EndPos lexer.Position
	Name        *gWord `parser:"( (?= Name '=' ) @@ '=' )?"`
	Value       *gExpr `parser:"@@"`
}

type gList struct {
	Pos, EndPos lexer.Position
	Items       []*gExpr `parser:"'[' ( @@ ( (?! ',' ']' ) ',' @@ )* ','? )? ']'"`
}

type gMap struct {
	Pos, EndPos lexer.Position
	Entries     []*gEntry `parser:"'{' ( @@ ( (?! ',' '}' ) ',' @@ )* ','? )? '}'"`
}

type gEntry struct {
	Pos, EndPos lexer.Position
	Key         *gEntryKey `parser:"@@ ':'"`
	Value       *gExpr     `parser:"@@"`
}

type gEntryKey struct {
	Pos, EndPos lexer.Position
	Bare        string `parser:"  @( Name | Word )"`
	Quoted      string `parser:"| @String"`
}

// gHeader is a declaration up to its block, for finding mistakes piece by piece.
type gHeader struct {
	Policy   *gPolicyHeader `parser:"  @@"`
	Sensor   *gSensorHeader `parser:"| @@"`
	Files    *gFilesHeader  `parser:"| @@"`
	Defaults bool           `parser:"| @'defaults'"`
}

type gPolicyHeader struct {
	Name *gWord `parser:"'policy' @@ 'for'"`
	For  *gExpr `parser:"@@"`
}

type gSensorHeader struct {
	Name  *gWord     `parser:"'sensor' @@ 'for'"`
	For   *gExpr     `parser:"@@"`
	Every *gDuration `parser:"'every' @@"`
}

type gFilesHeader struct {
	Name  *gWord     `parser:"'files' @@ 'from'"`
	From  *gExpr     `parser:"@@"`
	Every *gDuration `parser:"( 'every' @@ )?"`
}

var (
	pieceParser  = build[gPiece]()
	declParser   = build[gDecl]()
	headerParser = build[gHeader]()
	clauseParser = build[gClause]()
	exprParser   = build[gExpr]()
)

func build[G any]() *participle.Parser[G] {
	// Without lookahead a branch that took a token is never given up, so an error is
	// always about the furthest token.
	return participle.MustBuild[G](participle.Lexer(noLexer{}), participle.UseLookahead(0))
}
