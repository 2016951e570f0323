"""Passwords found most often among those stolen from others: 8 characters or more, and no numbers.

Together with `common_passwords` the 3,000 commonest of Mark Burnett's ten million, which he gave to
the public, as the package zxcvbn 4.5.0 orders them; case-folded.
"""

_LIST = """
%%passwo 0.0.0.000 0000000000o 063dyjuy 085tzzqi 0987654321q 0o9i8u7y 1111qqqq 1232323q 123321qwe
1234567890a 1234567890q 1234567890z 123456789abc 123456789d 123456789k 123456789l 123456789m
123456789n 123456789o 123456789p 123456789qwe 123456789qwerty 123456789r 123456789s 123456789v
123456789z 1234567aa 1234567u 123456ab 123456as 123456asd 123456qq 123456qqq 123456qw 123456qwe
123456ru 123456zxc 12345abc 12345asd 12345qaz 12345qwe 12345qwer 12345qwerty 1234abcd 1234asdf
1234kekc 1234rewq 1234zxcv 123hfjdk147 123masha 123mudar 123qq123 123qwe456 123qweas 123qwert
123qwerty 12locked 12qw12qw 12qw34er 12qwaszx 12qwerty 12s3t4p55 151nxjmt 17171717aa 1a2a3a4a
1a2a3a4a5a 1a2b3c4d5e 1a2s3d4f 1a2s3d4f5g 1asshole 1basebal 1footbal 1hxboqg2 1jennife 1letmein
1michael 1million 1mustang 1passwor 1q2q3q4q 1q2w3e4r5 1qa2ws3ed 1qaz!qaz 1qaz2wsx3edc4rfv
1qazxsw23edc 1qazzaq1 1qw23er4 1x2zkg8w 1z2x3c4v 1z2x3c4v5b 20spanks 23176djivanfros 23skidoo
2wsxzaq1 33rjhjds 3edc4rfv 3rjs1la7qe 44magnum 45m2do5bs 4rfv3edc 50spanks 55bgates 5hsu75kpot
5tgb6yhn 5wr2i7h8 67camaro 68camaro 69camaro 7777777a 7hrdnw23 7ugd5hip2j 8j4ye3uz 8phrowz622
8phrowz624 911turbo 9293709b13 987654321a 987654321q a1234567 a123456a a1a2a3a4 a1a2a3a4a5
a1b2c3d4e5 a1s2d3f4g5 aaaaaaa1 aardvark aberdeen abigail1 abnormal abracadabra abrakadabra acapulco
access14 access99 account1 achilles acidburn adgjmptw admin18533362 adrenalin adventur aerosmit
aerosmith afrodita agent007 agnieszka airforce airplane akatsuki alabama1 albatros alcatraz alejandr
aleksander aleksandr aleksandra alessand alessandro alex1234 alexande alexandr alexandre alexandru
alfarome algernon aligator alkaline allblack alleycat alligator allison1 allnight allstars allstate
alpha123 alphabet alphaman alterego amarillo amateurs ambrosia amethyst amoremio amsterda amsterdam
anaconda anakonda anastasi anastasiya anatoliy andromed andromeda andyod22 angel666 angeleye
angelito angelofwar anhyeuem anna2614 anteater antelope anthony2 anthony7 antigone antonio1 antoshka
aolsucks apollo11 apollo13 apple123 applepie aquafina aqualung aquarius arabella arcangel archange
archangel architec argentin argonaut arizona1 armageddon armagedon armstron arsenalfc artofwar
as123456 asd12345 asdasd123 asdffdsa asdfg123 asdfg12345 asdfgh01 asdfzxcv asdqwe123 asmodeus
aspirine assclown assholes asslover assmunch astalavista asterios astonvil atlanta1 atlantis
atreides augustin austin31 austin316 australi avalanch avalanche avangard awesome1 azsxdcfv babemagn
babemagnet baberuth babushka babybear babyblue babycake babydoll babyface babylon5 babylove backbone
backdoor backspac badabing badkarma badlands badnaamhere bajingan baldrick balloons ballsack
baltimor baphomet baracuda barakuda barbados barbara1 barcelon bareback barefeet barefoot baritone
barracud barracuda barselona basebal1 basketba basketbal bastard1 bayliner baywatch bcfields
beachbum bearcats beatles1 beautifu beckham7 beefcake beethove behemoth bellagio bendover benessere
bergkamp bernhard besiktas bettyboo bettyboop bigballs bigblack bigblock bigboobs bigbooty bigbucks
bigbutts bigdaddy bigdick1 bigdicks bigfoot1 biggdogg bigmoney bignasty bigpenis bigpimpi bigpoppa
bigpussy bigstick bigtruck billabon billabong billiard billybob billyboy binladen biohazard bionicle
birthday1 birthday4 bisexual bismarck bismilla bismillah bitchass black123 blackass blackbel
blackbelt blackbir blackbird blackboy blackcat blackcoc blackcock blackdog blackhaw blackhawk
blackice blackie1 blackjac blackjack blacklab blackops blackout blacksun bladerunner blahblah
blaster1 blessing blizzard blondie1 blondinka bloopers blowfish blue1234 blueball bluebear bluebell
blueberr bluebird bluedevi blueeyes bluefish bluegill bluejays bluemoon bluenose bluenote bluesman
bluestar bobafett bobdylan bobmarle bobmarley bollocks bondarenko bonehead bonethug bonghits
boogaloo bookcase bookworm boomboom borabora bordeaux boris123 borussia boscoe01 bosstone bradley1
brasilia bravehea braveheart brian123 brianna1 brighton broodwar browndog browneye brucelee bruno123
bubba123 bubblegum bubbles1 buckeye1 buckeyes buckshot buckwhea budapest buddy123 buddyboy buddydog
budlight budweise budweiser buffalo1 buffalos bugsbunn bugsbunny bukowski bulldawg bulldogs bullfrog
bullseye bullwink bumblebe bunghole buratino businessbabe buster01 buttercu buttercup butterfl
buttfuck butthead butthole buttplug bynthytn c3por2d2 cabernet cableguy cadillac calamity caliente
californ caligula calimero callisto camaross cambiami cambridg camelot1 cameltoe candyass candyman
cannabis cannibal cannonda cantona7 capetown capital1 capitals capoeira capricor capricorn capslock
captain1 cardinal care1839 carebear carefree carlitos carnival carolina carpedie carpediem carpente
carthage cartman1 cartoons casablanca casanova caseydog cashflow cashmone cashmoney cassandr
catdaddy catfight catherin catwoman cavalier cbr600rr cbr900rr cdtnkfyf celticfc centrino cerberus
cezer121 cfitymrf chainsaw challeng champagn characte chargers charisma charles1 charles2 charlie2
charlie3 charlies charlott charlton checkers checkmat cheerleaers chemistr cherokee cherries
cheshire chester1 chevelle chevrole chevrolet chevys10 chewbacc chewbacca cheyanne cheyenne chicken1
chickens chickenwing101 chillout chipmunk chipper1 chocolat choochoo chopper1 choppers chris123
chrisbln chrissy1 christia christin christma christop christophe christy1 chrysler chuckles churchil
cinnamon citibank civilwar cjkysirj clarinet classic1 classics claudia1 claymore cleopatr clevelan
clippers clitlick clitoris close-up cnfybckfd cobra427 cocacola cocksuck cocksucker codeblue
coldbeer coldplay collecti colombia colorado colossus coltrane comanche comicbookdb commande
commando commodor concorde concrete consumer contortionist control1 coolbean cooldude coolgirl
coolhand coolness copenhag corleone cornhole corvet07 costaric cosworth coventry cowboyup crazybab
crazyman creampie creatine creative creepers crescent cricket1 crimson1 cristiano crjhgbjy crocodil
crusader ctdfcnjgjkm cucumber culinary cumeater cutiepie cvbhyjdf cxfcnkbdfz cybersex cyclones
cygnusx1 cynthia1 daedalus daffodil dagestan dagobert daisydog daisymae dallas22 damage11 dangerou
danielit dannyboy daredevi daredevil darkange darkangel darklord darkmoon darkness darkside darkstar
darthvad darthvader davecole david123 davidoff daydream dbrnjhbz deadhead deadpool deadspin death666
deathnote deathrow deborah1 deepblue deepthro deepthroat deerhunt deeznuts deeznutz defender
deftones delpiero demon666 derparol derrick1 designer desperado destiny1 destroye detectiv detroit1
deutschland devil666 devildog devilman devilmaycry dfcbkbcf dfktynby dfktynbyf dhjnvytyjub diamante
diamonds dickface dickhead dickweed dietcoke digital1 dilbert1 dilligaf dillweed dima1995 dingdong
dinosaur dipstick dirtbike dirtydog discover dkflbckfd dkflbvbh dkflbvbhjdbx dkflbvbhjdyf doberman
dodgeram dodgers1 doggydog doggystyle doghouse dogpound dolemite dolphin1 domainlock2005 domenico
dominator dominic1 dominika dominion dominiqu dontknow doomsday doorknob dortmund doughboy douglas1
downhill dragon01 dragon11 dragon13 dragon69 dragon88 dragon99 dragonba dragonballz dragonfl
dragonfly dragrace dragster dreamcas dreamcast dreamer1 dreamers drjynfrnt dropdead dropkick
drpepper drummer1 dthjybrf dtkjcbgtl dtxyjcnm ducati99 duckhunt ducksoup duracell dustydog dutchess
dutchman dynamite dzxtckfd earnhard earthlin earthlink eastside eastwood eatmenow eatpussy eclipse1
edinburg eggplant eightbal ejaculation ekaterina elbereth elcamino eldiablo eldorado electric
electron element1 eleven11 elisabet elizabet elizaveta elvis123 emachines embalmer emmitt22 enforcer
engineer enter123 enternow enterpri enterprise envision erection ericsson escalade escorpio espresso
essendon eternity ethernet euphoria evanescence evangeli evangelion evergree everlast everques
everquest evgeniya evildead evolutio excalibu excalibur excellen exploite express1 f00tball f15eagle
fabienne facefuck failsafe fairlane fairview fakepass falstaff fandango fantasia fantasti fantasy1
fantomas farscape fastball fastcars fatpussy favorite2 favorite6 favorite7 favorite8 fearless
feathers federica feelgood fellatio fgtkmcby fhvfutljy fidelity fightclub finalfantasy fireball
fireblad fireblade firefigh firehawk fireman1 firestar firestorm firewall firework fishbone fishcake
fisherma fisherman fishface fishhead fishing1 fishtank fivestar fkbyjxrf fkmnthyfnbdf fktrcfylh
fktrcfylhf fktyeirf flamengo flamingo flashman flathead flexible flhtyfkby flintsto flipflop
flipmode flipper1 flounder flowers1 flvbybcnhfnjh flyers88 footbal1 footlove fordf150 fordf250
fordf350 fordtruc foreplay foreskin forgetit forklift formula1 forsaken foxhound foxylady francesc
francis1 francisc frank123 frankie1 freckles fred1234 frederik freebird freedom2 freefall freepass
freeporn freeuser freewill freiheit frenchie friday13 friendster front242 frontera frontier fruitbat
fuck_inside fuckedup fuckface fuckfest fuckhead fuckinside fuckme69 fuckmehard fuckshit fuckthat
fuckthis fuckyeah fuckyou123 fujifilm fullback fullmoon funhouse funnyman funstuff funtimes fussball
futurama futyn007 fuzzball fyfcnfcbz fyfnjkbq fynjybyf fyutkbyf fyutkjxtr gabriell galactic
galadriel galatasaray galeries gallaries gamecock gamecube gameover gandalf1 gangbang gangbanged
gangster ganjaman ganjubas gannibal gargoyle gateway1 gateway2 gatorade gbgbcmrf gbhfvblf geibcnbr
general1 genesis1 georgia1 geraldin geronimo gesperrt getmoney getsdown gfgfvfvf gfhfljrc gfhjkm12
gfhjkm123 gfhjkmgfhjkm gfhjkzytn ghbdtn12 ghbdtn123 ghbdtnbr ghbdtndctv ghbdtnrfrltkf ghblehjr
ghbrjkbcn ghbywtccf ghhh47hj7649 ghjcnbnenrf ghjcnjgfhjkm ghjcnjghjcnj ghjcnjnfr ghjdthrf ghjnjnbg
ghjnjrjk ghjuhfvvf ghjvtntq ghostrider ghtktcnm gianluca gigabyte ginscoot girfriend giveitup
gizmodo1 gladiato gladiator glendale glennwei glenwood gn56gn56 gobigred godbless godfathe godfather
godsmack godspeed godzilla gogators goldeney goldeneye goldfing goldfinger goldfish goldrush
goldstar goldwing golfball golfclub golfing1 good123654 goodfell goodgirl goodison goodlife goodluck
goodstuf goodtime goodtimes goodyear goofball gooseman gordon24 gorillaz gotigers gotohell gotyoass
grandpri grapeape graywolf greatone greatsex greedisgood green123 greenbay greenman greentea
gregory1 gremlins greyhoun greywolf groupd2013 gsxr1000 gtkmvtym gtnhjdbx guardian guesswho guillaum
guillerm guinness gulliver gunsling gunsmoke gy3yt2rgls gymnastic hairball halfmoon hallo123
hallowee hammerhe handball handyman hannibal hannover happines happy123 happyday happydog happyman
hardball hardcock harddick hardrock hardwood hardwork harrypotter hatteras hattrick hawaii50
hawaiian hawkeye1 hawkeyes hawkwind hawthorn hayabusa hd764nw5d7e1vb1 headless headshot heather2
hedgehog heineken heinlein hellfire hellohel hellokit hellsing hellyeah henderso hendrix1 hercules
herewego hermione hernande hershey1 hetfield hibernia highbury highheel highland highlander highlife
hilfiger hillbill hillside hitman47 hogwarts holiday1 hollywoo holyshit homebrew homemade homepage
homer123 hondacbr hondacivic honeybee honeybun honeydew hongkong honolulu hooligan hoosiers hooters1
hornyboy hornyguy hornyman horseman horsemen hotbabes hotchick hotgirls hotpussy hotsauce hounddog
housewife housewifes houston1 hrvatska htubcnhfwbz hugetits hugoboss hulkster hurrican huskers1
hyperion ibilljpf ibilltes icecream icehouse idontkno ignatius ijrjkflrf ilikepie ilikesex illmatic
illumina illusion iloveporn ilovepussy ilya1234 ilya1992 immortal impalass imperium implants
imtheman india123 indiana1 infiniti infinity insertion insertions insomnia inspiron interacial
intercourse intrepid intruder inuyasha invictus irishman ironhors ironmaiden ironman1 islander
istanbul istheman italiano iverson3 iwantsex j3qq4h7h2v jackass1 jackson1 jackson5 jakester jamaica1
james007 james123 jamesbon jamesbond japanees jason123 jayhawks jbond007 jediknig jediknight
jeepster jefferso jeffrey1 jellybea jellybean jessica2 jesus777 jiggaman jimmy123 johannes johncena
johndeer johndeere johngalt johnson1 jordan23 joseluis josephin joystick juancarlo junkmail junkyard
jupiter1 jupiter2 jurassic just4fun justdoit justice1 justinbieber kakashka kamasutra kamikadze
kamikaze kangaroo karamelka karolina katarina katerina katharin katrina1 kazanova kazantip kcchiefs
kcj9wx5n kenneth1 kennwort kenworth kevin123 keystone kfcnjxrf kickflip kicksass kikimora killbill
killemall killzone kingfish kingkong kingsize kingston kissmyas kissmyass kitty123 kittycat kittykat
kjrjvjnbd kleopatra klondike knickerless knickers knockers knuckles kochamcie komputer konstantin
kordell1 koroleva kovalenko krasnodar krasotka kristen1 kristin1 krokodil l58jkdjp! labrador
lacrimosa lacrosse ladybird ladygaga laetitia lagwagon lakers24 lakeside lakewood lalakers lalaland
lambchop lamborghini lancaste lancelot landrove landscap lapdance lapochka laracroft laserjet
lasttime lasvegas lavalamp leavemealone lebowski lebron23 leedsutd left4dead legoland lemmings
lemonade lenochka leonidas lesbians letmein2 letmein22 letmeinn letmesee letsdoit letsfuck letsplay
lexingky lfitymrf libertad liberty1 licorice lifehack lighthou lightnin lilwayne limewire limpbizkit
lincoln1 lindsay1 lindsey1 lineage2 lionhear lionheart lionking littlema livelife liverpoo livewire
lizaveta ljxtymrf lockdown lockerroom loglatin lokomotiv lol12345 lollypop lonesome lonestar
lonewolf longdick longdong longhair longhorn longhorns longjohn longlegs longshot loredana losangel
losangeles lostsoul lotus123 love1234 lovefeet lovehate lovelife loveme89 loverboy loverman lovesexy
lowrider lucas123 lucky123 lucky777 luckydog luckyman luckyone ludacris lunchbox luscious luv2epus
macaroni macdaddy macgyver machoman macintos mackenzi madagaskar madala11 maddison madonna1 magellan
magic123 magician magicman magnavox mahalkita mailcreated5240 majestic makaveli makeitso maksimka
malcolm1 mallorca mallrats mamacita mamapapa mammamia mamochka manchest mandarin mandingo mandolin
mandrake manhatta mannheim manunited mapet123456 maradona marajade marathon marauder marcello
marcius2 margarit margosha marigold marijuan marijuana mariners marines1 marino13 mariposa marishka
marketin marseill marseille maryjane masamune maserati mash4077 master01 master11 masterbaiting
masterbate masterbating masterkey mastermi mastermind masturbation matchbox matthew2 matthias
mattingl maurizio maurolarastefy mavericks maximilian maximus1 maxpayne maxpower maxwell1 mazafaka
mazda323 mazda626 mazdarx7 meandyou meatball meathead meatloaf mechanic megadeth megapass megatron
melanie1 meowmeow mephisto mercury1 meridian mersedes metal666 metalgear metalica metallic metropol
michael2 michael3 michael8 michael9 michele1 michigan microlab microphone microsof mike1234 milamber
milashka milenium milhouse milkyway millenium million1 millwall minimoni minnesot minotaur miranda1
mischief misfit99 misiaczek mississi mistress mobbdeep mobydick modelsne mojojojo mollydog
momsanaladventure monalisa moneybag moneyman mongoose monique1 monkey11 monkey69 monkeybo monkeyboy
monkeyma monkeyman monolith monster1 montana1 montecar montecarlo monterey montgom240 montreal
montrose moonbeam moonligh moonshin moonshine moonstar morozova morpheus morrowind mortgage morticia
mortimer mostwanted motherfu motherlode motocros motocross motorcyc mounta1n mousepad mudvayne
muffdive multiplelo multisyn munchkin mushroom musicman mustang0 mustang2 mustang3 mustang5 mustang6
mustang8 mustang9 mustangg mustangs myfriend mymother mynameis mypasswo mysecret myspace1 myxworld
nadezhda nancy123 nascar24 nastenka natascha natedogg nathanie naughty1 nautilus navigato navigator
navyseal nbuhtyjr ncc1701a ncc1701d ncc1701e ncc74656 nebraska needforspeed nemesis1 nemrac58
netscape network1 nevermin nevermor nevermore newcastl neworder newpass1 newpass6 newport1
newproject2004 newstart nicetits nighthaw nightmar nightowl nightwin nightwish nineball nineinch
njdevils nocturne nokia3250 nokia5130 nokia5230 nokia5530 nokia5800 nokia6233 nokia6300 nokian70
nokian73 nolimits noname123 nonmembe nonrev67 normandy nosferat nosferatu nostromo notebook notredam
notredame nounours novifarm novikova nthvbyfnjh ntktdbpjh nuttertools nwo4life nygiants nyyankee
oblivion obsidian october2 oldschool omegared omsairam onepiece open1234 opendoor operator optimist
optiplex oriflame orlando1 oscar123 outsider overkill overlord p0015123 p0o9i8u7 p455w0rd p4ssw0rd
pa55w0rd packard1 paintbal paintball pakistan paladin1 pallmall palmtree panasoni panasonic pandora1
panorama pantera1 panther1 panthers panties1 pantyhos pantyhose papabear papamama paperino papichul
papillon paradigm paradise paramedi paramore parlament parsifal partizan pasadena passcode passfind
passion1 passions passmast passport passthie passwerd passwor1 password9 passwords patches1 pathfind
pathfinder patrizia patterso pavement pavilion payton34 peaceout pearljam peekaboo pegasus1 pendrago
penetrating penetration penguins pennstat pennstate pennywis penthous pentium4 pepsi123 peregrin
perfect1 pertinant peterbil peternorth peterpan petrovich phaedrus phantom1 pharmacy phialpha
philippe phillies phillip1 phoenix2 pi314159 pianoman pictuers piercing pimpdadd pimpdaddy pimpster
pineappl pinetree pinewood pingpong pinkfloy pinkfloyd pinnacle pioneer1 pipeline pippen33 piramida
pitchers pizzahut pizzaman plastics platinum platypus playball playboy2 playboys player69 playmate
playstat playtime pleaseme plymouth polarbea polaroid polniypizdec0211 pontiac1 poohbear pool6123
poontang poophead popcorn1 porkchop pornking pornographic pornpass pornstar porsche9 porsche911
portland portugal poseidon postov1000 power123 powerade powerman prashant preacher predator prelude1
presario presiden princesa princessa princeto pringles priscill priyanka prospero psychnau
pufunga7782 pumpkins punisher punkrock puppydog pussy123 pussy4me pussyeat pussylicker pussylov
pussylover pussyman pyramid1 pyramids q1234567 q1234567890 q1q2q3q4 q1q2q3q4q5 q2w3e4r5 qawsedrf
qawsedrftg qaz12345 qaz123wsx qazwsx12 qazwsxed qazwsxedc1 qazwsxedc123 qazwsxedcrfv qazwsxedcrfvtgb
qazxsw12 qazxsw123 qazxswedc qazxswedcvfr qq123456 qqqq1111 quant4307s qw123456 qwaszx12 qweasdzx
qweasdzxc123 qwedsazxc qweqwe123 qwerasdfzxcv qwert123 qwert12345 qwerty13 qwerty77 qwerty777
qwerty78 qwerty99 qwertyuio r2d2c3p0 r2d2c3po r4e3w2q1 radiance radiohea radiohead ragnarok rainbow6
rainbows raindrop rainyday raistlin rammstei rammstein ramstein ranchero rapunzel rasputin rastaman
raymond1 rb26dett rdfhnbhf rebbyt34 reckless red12345 redalert redbaron redbeard reddevil reddwarf
redhead1 redheads redlight redneck1 redshift redstorm redwing1 redwings reloaded remingto renegade
repytwjdf rerehepf rerfhfxf rerfhtre revival47 revoluti revolver rfgbnjirf rfhfvtkmrf rfhfylfi
rfhlbyfk rfhnjirf rfnthbyf rfntymrf rfvfcenhf rhbcnbyf rhfcfdbwf rhfcfdxbr rhfcjnrf rhjrjlbk
rhtdtlrj riccardo rickster ricochet riffraff rightnow riverrat riversid rjhjktdf rjirfrgbde rjyatnrf
rjycnfynby rktjgfnhf roadkill roadking roadrunn roadrunner roadster roberto1 robinhood robotech
robotics rocketma rocketman rockford rockhard rocknrol rocknroll rockroll rockydog rolltide romanova
romashka ronaldinho ronaldo7 rooster1 roosters rootbeer rootedit rosebud1 rosewood rsalinas rt6ytere
runescape rushmore russell1 russian7 rustydog saab9000 sailboat sailfish salamander salamandra
saltydog salvator samadams sammydog sampson1 sandiego sandman1 sandrine sandydog sanity72 santacru
saopaulo sapphire sarah123 sarajevo saratoga sasha123 sasha_007 satan666 satellit satriani sausages
saxophon scarface schastie scheisse schnuffi scirocco scoobydo scoobydoo scorpio1 scorpions scrabble
scrapper screamer screwyou scruffy1 seahawks seahorse sealteam searcher seattle1 sebastia sebastie
seductive segblue2 seinfeld seminole senators sentinel sephirot sephiroth septembe seraphim serenity
sergbest sersolution sevenof9 sexsexse sexybabe sexylady sexymama sfgiants shadow01 shadow11
shadow13 shamrock shaney14 shannon1 sheepdog sherlock shevchenko shinigami shitface shitfuck
shooter1 shotokan showboat showtime shredder sidekick sidewind sigmachi silverad silverado simpson1
simpsons singapor sinister sithlord sixtynin sixtynine sk8ordie skateboa skateboard skeeter1
skinhead skipper1 skittles skorpion skydiver skyline1 skywalke slamdunk slapnuts slapshot slayer666
slimshad slimshady slippery slowhand smackdow smackdown smallville smartass smashing smeghead
smirnoff smirnova smoke420 smokedog smoothie smuggles snakeman snapshot sneakers snickers snoogans
snoopdog snoopdogg snowbird snowboar snowflak snowflake snowman1 snuggles sobriety soccer10 soccer11
soccer13 socrates softtail software sojdlg123aljg sokolova solidsnake solitude solnishko songbird
sonyericsson sonyfuck sonyvaio sooners1 sopranos soso123aljg southpar southpaw southsid southside
spaceman spanking sparhawk sparkles spartacu spartan1 spartan117 spartans special1 specialk spectrum
spencer1 spiderma splatter splinter spongebo sprinter sprocket squerting squirrel stallion stamford
stampede stanislav stanley1 starbuck starbucks starcraf stardust starfire starfish starligh starlite
starship start123 steelhea stephani stephen1 steve123 stewart1 stickman stigmata stiletto stinger1
stingray stocking stonecol stonecold stonewal stoppedby strange1 stranger strannik stratfor strawber
streaming stripper stroller sublime1 submarin success1 suckcock suckdick suckmydick suikoden
summer01 summer69 summer99 summerti summertime sundance sunderla sundevil sunflowe sunlight sunnyday
super123 superbow superfly supernov supernova supersonic supersta superstar surveyor survivor
svetlana swallows sweetass sweethea sweetnes sweetness swingers swinging swordfis sylveste
syncmaster syracuse tacobell taekwondo tailgate takamine talisman tamerlan tampabay tanechka
tangerin tarantul tarheels tashkent tazdevil tazmania teamwork technics tecumseh teddybea telecast
telephon televizor temptress tenerife tennesse terminat terminator terrapin terriers testibil
thanatos thankyou thebeast theclash thedoors theflash theforce thegreat thelast1 thematri thematrix
therock1 thesaint thetachi thething thetruth theworld thirteen thisisit thissuck thorsten threesom
thuglife thumbnils thumper1 thunderb thunderbird tiberian tiberius tickling ticklish ticktock
tiffany1 tiger123 tigercat tigger01 timelord timothy1 timoxa94 tinkerbe tinkerbell titanium titleist
titlover tkbpfdtnf tokiohotel tomahawk tommyboy tomservo tonyhawk tooltime toonarmy topolino
topsecre toriamos tortoise tottenha touchdow toulouse trader12 trailers transexual transfor
translator traveler treefrog trfnthbyf triangle trinitro trinitron triplets tristan1 trojans1
trombone trouble1 trousers trucker1 trucking trueblue truelove truffles trumpet1 trustn01 tryagain
tunafish turkey50 twilight ufhvjybz uhbujhbq ultimate ultraman umbrella uncencored underdog undertak
undertow unicorn1 universa universi ursitesux usmarine usmc0311 usuckballz1 utahjazz vagabond
valdepen valeriya valkyrie valleywa vancouve vanguard vanhalen vaseline vasilisa vauxhall vegas123
vendetta venezuel verbatim vergeten veronika verygood vfhbyjxrf vfhnsirf vfhufhbnf vfitymrf
vflfufcrfh vfnbkmlf vfntvfnbrf vfpfafrf vfrcbvrf vfvfgfgf vfvfvskfhfve vfylfhby vicecity victory1
viewsoni viewsonic vikings1 viktoria viktoriya violator violetta viper123 vipergts virginie vittorio
vivitron vjqgfhjkm vkontakte vlad1996 vladislav vladvlad vodafone volkodav volkswag volleyba
voltaire voyager1 vqsablpzla vsjasnel12 vthctltc waffenss wanderer wapapapa warcraft3 wareagle
warehous warhamme warhammer warriors wasdwasd washingt waterboy waterfal waterloo watermelon
waterpolo waterski wdtnjxtr weare138 webhompas webmaste webmaster websol76 websolutions wednesda
wellhung wellingt werewolf westham1 westlife westwood wetpussy wg8e3wjf whiplash whiskers whistler
whiteboy whiteout whitesox whocares whoknows whoopass wildbill wildcard wildcat1 wildfire wildwood
william2 winchest windmill windsurf wingchun wingzero winston1 winter99 wisconsi wishbone wolfpack
wolverin wolverine wonderboy wonderfu woodstoc woodstock woodwork woofwoof worldcup wp2003wp
wrestlin wrinkle1 wrinkles x72jhhu3z yamahar1 yamahar6 yankees2 yaroslav yeahbaby year2005 yesterda
yfcntymrf yfnfitymrf yjdsqgfhjkm yogibear yorktown yosemite youandme yourmama ytngfhjkz ytrhjvfyn
ytyfdbcnm z1x2c3v4 z1x2c3v4b5 zachary1 zanzibar zaq12345 zaq1xsw2cde3 zaqwsxcde zaqxswcde zcxfcnkbdf
zerocool zildjian zolushka zxcasdqwe zxcasdqwe123 zxcvasdf zxcvb123 zxcvb12345 zxcvvcxz zz8807zpl
"""

LEAKED = frozenset(_LIST.split())
